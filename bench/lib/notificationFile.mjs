import { durationText } from './time.mjs'

/**
 * Text of an alertmanager.yml, for Tocsin and Alertmanager alike: one receiver with one webhook. `groupBy: ['...']` makes every
 * alert a group of its own.
 */
export function notificationFile({
  webhookUrl,
  groupBy,
  groupWaitMs = 0,
  groupIntervalMs = 300_000,
}) {
  return JSON.stringify({
    route: {
      receiver: 'sink',
      group_by: groupBy,
      group_wait: durationText(groupWaitMs),
      group_interval: durationText(groupIntervalMs),
      repeat_interval: '4h',
    },
    receivers: [{ name: 'sink', webhook_configs: [{ url: webhookUrl, send_resolved: false }] }],
  })
}
