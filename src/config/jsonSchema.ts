/** The part of JSON Schema that our file schemas use. */
export interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly enum?: readonly string[]
  readonly const?: string
  readonly else?: JsonSchema
  readonly default?: unknown
  readonly description?: string
  readonly [keyword: string]: unknown
}

/** The schema of a member of an object or a list, or null when there is none. */
export function memberSchema(schema: JsonSchema, key: string | number): JsonSchema | null {
  const own = schema.else ?? schema
  if (typeof key === 'number') return own.items ?? null
  const fixed = own.properties
  if (fixed !== undefined && Object.hasOwn(fixed, key)) return fixed[key] ?? null
  const free = own.additionalProperties
  return typeof free === 'object' ? free : null
}

/** A copy without demands that a default fulfils: what editors should see. */
export function forEditors(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forEditors)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'required') copy[key] = key === 'default' ? value : forEditors(value)
  }
  const { required, properties } = schema as JsonSchema
  const demanded = required?.filter((key) => properties?.[key]?.default === undefined) ?? []
  return demanded.length > 0 ? { ...copy, required: demanded } : copy
}
