import type { Clock } from '../core/time.ts'

const ANSWER_WITHIN_MS = 2_000
const LOADED_WITHIN_MS = 10_000

/** How many rules the service evaluates, as its API tells: waits until the first files are loaded. */
export async function rulesText(serviceUrl: string, clock: Clock): Promise<string> {
  const deadline = performance.now() + LOADED_WITHIN_MS
  for (;;) {
    const answer = await getJson(`${serviceUrl}/api/v1/rules`)
    const groups = (answer as RulesAnswer | null)?.data?.groups ?? []
    const count = groups.reduce((sum, group) => sum + group.rules.length, 0)
    if (count > 0) return `${count} in ${groups.length} groups`
    if (performance.now() > deadline) return 'none loaded yet'
    await clock.sleep(100)
  }
}

/** Whether the query API answers, and how fast. */
export async function queryApiText(prometheusUrl: string): Promise<string> {
  const startedAt = performance.now()
  const answer = await getJson(`${prometheusUrl}/api/v1/query?query=1`)
  return answer === null ? 'does not answer' : `ok, ${Math.round(performance.now() - startedAt)} ms`
}

interface RulesAnswer {
  readonly data?: { readonly groups?: ReadonlyArray<{ readonly rules: readonly unknown[] }> }
}

async function getJson(url: string): Promise<unknown> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}
