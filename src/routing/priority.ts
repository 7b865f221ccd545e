import type { AlertRecord } from '../core/alert.ts'
import type { Priority } from '../store/groupStore.ts'

/** By the `severity` label: `critical` and `page` first, then `warning`. */
export function priorityOf({ labels }: Pick<AlertRecord, 'labels'>): Priority {
  const severity = labels['severity'] ?? ''
  if (severity === 'critical' || severity === 'page') return 'critical'
  return severity === 'warning' ? 'warning' : 'other'
}

export function higherPriority(a: Priority, b: Priority): Priority {
  if (a === 'critical' || b === 'critical') return 'critical'
  return a === 'warning' || b === 'warning' ? 'warning' : 'other'
}
