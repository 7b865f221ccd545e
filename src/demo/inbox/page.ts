import type { InboxMessage } from './messages.ts'

/** Nothing but what the page brings itself: no inline script or style, no other host. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const SHOWN = 200

export function inboxPage(messages: readonly InboxMessage[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inbox</title>
<link rel="stylesheet" href="/inbox.css">
<script src="/inbox.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<h1>Inbox</h1>
<p>What arrived at the built-in mail, SMS, PagerDuty, Slack and webhook receivers. Nothing leaves this machine.</p>
<main>${messageItems(messages)}</main>
</body>
</html>
`
}

/** The list alone: what the page's script asks for again and again. */
export function messageItems(messages: readonly InboxMessage[]): string {
  if (messages.length === 0) return '<p class="empty">No message yet.</p>'
  const more = messages.length - SHOWN
  const note =
    more > 0 ? `<p class="empty">${more} older ones: see <a href="/messages">/messages</a></p>` : ''
  return messages.slice(0, SHOWN).map(messageItem).join('') + note
}

function messageItem(message: InboxMessage): string {
  const { id, kind, receivedAt, headline, ...fields } = message
  const time = receivedAt.slice(11, 19)
  return `<details id="m${id}"><summary><span class="kind ${escapeHtml(kind)}">${escapeHtml(kind)}</span>
<time datetime="${escapeHtml(receivedAt)}">${escapeHtml(time)}</time>
<span class="headline">${escapeHtml(headline)}</span></summary>
<pre>${escapeHtml(JSON.stringify(fields, null, 2))}</pre></details>
`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

export const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 12px; max-width: 60rem; }
h1 { font-size: 1.3rem; margin: 0; }
p { color: #767676; margin: 4px 0 12px; }
details { border-top: 1px solid #8884; padding: 8px 0; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 8px; align-items: baseline; }
.kind { background: #666; color: #fff; border-radius: 4px; padding: 0 8px; font-size: 0.8rem; min-width: 5.5rem; text-align: center; }
.email { background: #2457a6; }
.sms { background: #8a1f5c; }
.pagerduty { background: #0a6b34; }
.slack { background: #4a154b; }
.webhook { background: #7a4b00; }
time { color: #767676; font-variant-numeric: tabular-nums; font-size: 0.85rem; }
.headline { flex: 1 1 20rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: 8px; border-radius: 4px; font-size: 0.85rem; }
`

/** Renews the list every two seconds, unless somebody reads a message. */
export const PAGE_SCRIPT = `'use strict'
setInterval(async () => {
  if (document.hidden || document.querySelector('details[open]')) return
  try {
    const answer = await fetch('/list')
    if (answer.ok) document.querySelector('main').innerHTML = await answer.text()
  } catch {
    // The inbox is being restarted: the next round may find it again.
  }
}, 2000)
`
