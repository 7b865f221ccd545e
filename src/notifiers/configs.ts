import type { IntegrationConfigKind } from './integrationConfig.ts'

/** The pure halves of all integration kinds: the one list that the notification file is checked against. */
export const integrationConfigs: readonly IntegrationConfigKind[] = []
