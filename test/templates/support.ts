import type { MessageAlert, MessageData } from '../../src/notifiers/notifier.ts'
import { createMessageTemplates } from '../../src/templates/messageTemplates.ts'
import { compileRuleTemplate } from '../../src/templates/ruleTemplate.ts'
import type { RuleTemplateContext } from '../../src/templates/ruleTemplate.ts'

/** 2012-11-24 11:14:12 UTC, the instant of Prometheus' own template examples. */
export const NOW = 1_353_755_652_000

/** Renders a rule text for an alert named X; throws when it does not parse. */
export function renderRule(
  text: string,
  context: Partial<RuleTemplateContext> = {},
): { readonly text: string; readonly error: string | null } {
  const compiled = compileRuleTemplate(text, 'X')
  if ('error' in compiled) throw new Error(`${compiled.line}:${compiled.column}: ${compiled.error}`)
  return compiled.template.render({
    labels: { instance: 'h1', 'cpu.mode': 'idle' },
    value: 5,
    externalLabels: { cluster: 'eu' },
    externalURL: 'http://tocsin.example/base',
    now: NOW,
    ...context,
  })
}

const AT = Date.UTC(2026, 10, 20, 6, 41, 34, 663)

export function alert(instance: string, changes: Partial<MessageAlert> = {}): MessageAlert {
  return {
    status: 'firing',
    labels: { alertname: 'Disk', instance, severity: 'critical' },
    annotations: { summary: `disk of ${instance} is full` },
    startsAt: AT,
    endsAt: null,
    generatorURL: 'http://prom.example/graph?g0.expr=x',
    fingerprint: 'ad51d62913d5fd05',
    ack: null,
    ...changes,
  }
}

export function resolved(instance: string): MessageAlert {
  return alert(instance, { status: 'resolved', endsAt: AT + 60_000 })
}

export function message(changes: Partial<MessageData> = {}): MessageData {
  return {
    receiver: 'wh\\.dot',
    status: 'firing',
    alerts: [alert('h1')],
    groupKey: '{}:{alertname="Disk"}',
    groupLabels: { alertname: 'Disk' },
    commonLabels: { alertname: 'Disk', instance: 'h1', severity: 'critical' },
    commonAnnotations: { summary: 'disk of h1 is full' },
    externalURL: 'http://am.example',
    reason: 'first',
    reasonText: 'first notification',
    notice: '',
    ...changes,
  }
}

const { templates } = createMessageTemplates([], { now: () => AT + 120_000 })

export function renderText(source: string, data = message()): string {
  return templates.text(source, data)
}

export function renderHtml(source: string, data = message()): string {
  return templates.html(source, data)
}
