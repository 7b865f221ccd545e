import { isOver } from '../core/alert.ts'
import type { AlertRecord } from '../core/alert.ts'
import type { Labels } from '../core/labels.ts'
import type { AlertStore } from '../store/alertStore.ts'
import type { SilenceStore } from '../store/silenceStore.ts'
import type { Suppression } from './groupMembers.ts'
import { createInhibitor } from './inhibit.ts'
import type { NotificationConfig, Route } from './notificationConfig.ts'
import { createSilencer } from './silencer.ts'
import { mutedBy } from './timeMute.ts'

/**
 * What keeps alerts quiet now, from the synchronous views: call after `alerts.sync()` and `silences.sync()`. One answer
 * for the flush, for the sender and for the API, so that they cannot disagree.
 */
export interface Suppressor {
  /** Silences, then inhibition, then the route's time intervals. */
  suppressedBy(alert: AlertRecord, route: Route | null, now: number): Suppression | null
  silencedBy(labels: Labels, now: number): readonly string[]
  inhibitedBy(labels: Labels, now: number): string | null
}

export function createSuppressor(
  alerts: AlertStore,
  silences: SilenceStore,
  config: () => NotificationConfig | null,
): Suppressor {
  const inhibition = followAlerts(alerts, config)
  let silencer = createSilencer(silences.view)
  let silencerView = silences.view
  const currentSilencer = (): typeof silencer => {
    if (silencerView !== silences.view) {
      silencerView = silences.view
      silencer = createSilencer(silencerView)
    }
    return silencer
  }
  const silencedBy = (labels: Labels, now: number): readonly string[] =>
    currentSilencer().silencedBy(labels, now)
  const inhibitedBy = (labels: Labels, now: number): string | null =>
    inhibition()?.inhibitedBy(labels, now) ?? null
  return {
    silencedBy,
    inhibitedBy,
    suppressedBy(alert, route, now) {
      const silenced = silencedBy(alert.labels, now)
      if (silenced.length > 0) return { kind: 'silence', by: silenced }
      const inhibitor = inhibitedBy(alert.labels, now)
      if (inhibitor !== null) return { kind: 'inhibition', by: [inhibitor] }
      const intervals = config()?.timeIntervals
      const muted = route === null || intervals === undefined ? [] : mutedBy(route, intervals, now)
      return muted.length > 0 ? { kind: 'time', by: muted } : null
    },
  }
}

/** An inhibitor that holds just the alerts of the view that fire; built when the first rule asks for it. */
function followAlerts(
  alerts: AlertStore,
  config: () => NotificationConfig | null,
): () => ReturnType<typeof createInhibitor> | null {
  let rules: NotificationConfig['inhibitRules'] | null = null
  let inhibitor: ReturnType<typeof createInhibitor> | null = null
  let changed = new Set<string>()
  alerts.onChange((fingerprints) => {
    if (inhibitor !== null) for (const fingerprint of fingerprints) changed.add(fingerprint)
  })
  const put = (alert: AlertRecord): void => {
    // Whether it is over by the clock is asked anew at every decision; here only what the source said counts.
    if (alert.status === 'firing' && !(alert.endsAt !== null && isOver(alert, alert.updatedAt))) {
      inhibitor?.add(alert)
    } else inhibitor?.remove(alert.fingerprint)
  }
  return () => {
    const wanted = config()?.inhibitRules ?? []
    if (wanted.length === 0) return (inhibitor = rules = null)
    if (wanted !== rules) {
      rules = wanted
      inhibitor = createInhibitor(wanted)
      for (const alert of alerts.view.values()) put(alert)
    } else {
      for (const fingerprint of changed) {
        const alert = alerts.view.get(fingerprint)
        if (alert === undefined) inhibitor?.remove(fingerprint)
        else put(alert)
      }
    }
    changed = new Set()
    return inhibitor
  }
}
