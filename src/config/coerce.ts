import type { JsonSchema } from './jsonSchema.ts'
import { memberSchema } from './jsonSchema.ts'
import type { YamlPath } from './yamlText.ts'

/**
 * Fits parsed YAML to the schema as Go's loaders do: where a text is wanted, a scalar counts as it was written (`1.10`, `yes`,
 * `30`), and a key without a value counts as absent. Everything else is left for the validator to judge.
 */
export function coerceToSchema(
  value: unknown,
  schema: JsonSchema | null,
  sourceText: (path: YamlPath) => string | null | undefined,
  path: YamlPath = [],
): unknown {
  if (Array.isArray(value)) {
    return value.map((item, i) =>
      coerceToSchema(item, schema && memberSchema(schema, i), sourceText, [...path, i]),
    )
  }
  if (typeof value !== 'object' || value === null) {
    const mayBeText = schema?.type === 'string' || schema?.else !== undefined
    if (!mayBeText || typeof value === 'string') return value
    return sourceText(path) ?? value
  }
  const copy = Object.create(null) as Record<string, unknown>
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue
    const memberPath = [...path, key]
    copy[key] = coerceToSchema(member, schema && memberSchema(schema, key), sourceText, memberPath)
  }
  return copy
}
