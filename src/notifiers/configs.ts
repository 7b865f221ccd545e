import { emailConfig } from './email/config.ts'
import type { IntegrationConfigKind } from './integrationConfig.ts'
import { pagerdutyConfig } from './pagerduty/config.ts'
import { slackConfig } from './slack/config.ts'
import { smsConfig } from './sms/config.ts'
import { webhookConfig } from './webhook/config.ts'

/** The pure halves of all integration kinds: the one list that the notification file is checked against. */
export const integrationConfigs: readonly IntegrationConfigKind[] = [
  emailConfig,
  pagerdutyConfig,
  slackConfig,
  smsConfig,
  webhookConfig,
]
