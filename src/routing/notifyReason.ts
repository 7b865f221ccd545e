/** Why a group notifies. The texts are Alertmanager's `notification_reason`. */
export type NotifyReason = 'first' | 'new-alerts' | 'all-resolved' | 'some-resolved' | 'repeat'

export const NOTIFY_REASON_TEXT: Readonly<Record<NotifyReason, string>> = {
  first: 'first notification',
  'new-alerts': 'new alerts added',
  'all-resolved': 'all alerts resolved',
  'some-resolved': 'some alerts resolved',
  repeat: 'repeat interval elapsed',
}
