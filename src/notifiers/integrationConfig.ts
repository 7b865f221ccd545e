import type { YamlPath } from '../config/yamlText.ts'

/** One item of a receiver's `<kind>_configs` list, as the notification file has it. */
export interface IntegrationConfigInput {
  /** The item as plain data (null-prototype objects). */
  readonly value: Readonly<Record<string, unknown>>
  /** The file's `global:` section as plain data; `{}` when absent. */
  readonly global: Readonly<Record<string, unknown>>
  /** Source text of a scalar below the item (`sourceText` of YamlText). */
  readonly text: (path: YamlPath) => string | null | undefined
  /** Source text of a scalar below `global:`. */
  readonly globalText: (path: YamlPath) => string | null | undefined
  /** Reports a problem at a path below the item. */
  readonly report: (path: YamlPath, message: string, severity?: 'error' | 'warning') => void
  /** Folder of the notification file: relative paths inside http_config resolve against it. */
  readonly baseDir: string
}

/** The pure half of one integration kind: validates its settings and fills in defaults and globals. */
export interface IntegrationConfigKind {
  readonly kind: string
  /** `webhook_configs`, ... */
  readonly key: string
  /** Settings as the kind's notifier takes them; null when an error was reported. */
  compile(
    input: IntegrationConfigInput,
  ): { readonly settings: unknown; readonly sendResolved: boolean } | null
}
