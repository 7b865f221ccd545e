import { startAlertmanager } from './alertmanager.mjs'
import { createClient } from './http.mjs'
import { startTocsin } from './tocsin.mjs'

/** Starts the notifier that `system` names; every alert is a group of its own. Resolves to `{url, pids, down, up}`. */
export function startNotifier(system, scope, { sinkUrl, groupWaitMs = 0 }) {
  const notifies = { webhookUrl: `${sinkUrl}/webhook`, groupBy: ['...'], groupWaitMs }
  return system.program === null
    ? startTocsin(scope, { notifies })
    : startAlertmanager(scope, system.program, { notifies })
}

/** Posts all bodies over `connections` connections. @throws Error when one is not accepted */
export async function postAlerts(url, bodies, connections) {
  const client = createClient(connections)
  const waiting = [...bodies]
  const sender = async () => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      await postOnce(client, url, body)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, sender))
  } finally {
    client.close()
  }
}

/** @throws Error when the alerts are not accepted */
export async function postOnce(client, url, body) {
  const answer = await client.request('POST', `${url}/api/v2/alerts`, body)
  if (answer.status === 200) return
  throw new Error(`POST of alerts answered ${answer.status}: ${answer.text.slice(0, 200)}`)
}
