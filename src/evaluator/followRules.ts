import { errorText } from '../core/errors.ts'
import type { Clock } from '../core/time.ts'
import type { RuleSet } from '../rules/ruleSet.ts'
import type { RuleSetStore } from '../store/ruleSetStore.ts'
import type { Log } from './groupRunner.ts'

export interface FollowRulesDeps {
  readonly clock: Clock
  readonly ruleSets: Pick<RuleSetStore, 'currentVersion' | 'read'>
  readonly log: Log
  readonly onRuleSet: (ruleSet: RuleSet) => void
}

export interface RuleFollower {
  /** Looks at once; the version is a hint, what the store calls current counts. */
  look(): void
  stop(): Promise<void>
}

/** Without hints a new version is noticed within this time. */
const LOOK_EVERY_MS = 10_000

/** Hands on the current rule set, and each later one. A store that is away delays it, and changes nothing. */
export function followRules({ clock, ruleSets, log, onRuleSet }: FollowRulesDeps): RuleFollower {
  const stopped = new AbortController()
  let wake = new AbortController()
  let known: string | null = null
  let isFailing = false

  const lookOnce = async (): Promise<void> => {
    const version = await ruleSets.currentVersion()
    if (version === null || version === known) return
    const ruleSet = await ruleSets.read(version)
    if (ruleSet === null || stopped.signal.aborted) return // replaced meanwhile: the next look finds the newer one
    known = version
    onRuleSet(ruleSet)
  }
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      wake = new AbortController()
      try {
        await lookOnce()
        isFailing = false
      } catch (error) {
        if (!isFailing) log('warn', 'could not read the rule set', { err: errorText(error) })
        isFailing = true
      }
      if (stopped.signal.aborted) return
      await clock.sleep(isFailing ? LOOK_EVERY_MS / 10 : LOOK_EVERY_MS, wake.signal)
    }
  }
  const running = loop()
  return {
    look: () => wake.abort(),
    stop: async () => {
      stopped.abort()
      wake.abort()
      await running
    },
  }
}
