import { nearest } from '../config/nearest.ts'

/** What a validator says about one place of a request. */
export interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
  /** The schema around the keyword, with ajv's `verbose`. */
  readonly parentSchema?: { readonly properties?: Readonly<Record<string, unknown>> }
}

/** One sentence about the first error, naming the field and what would be right. */
export function schemaErrorText(errors: readonly SchemaError[], part: string): string {
  const [error] = errors
  if (error === undefined) return `${part} is not valid`
  const place = error.instancePath.slice(1).replaceAll('/', '.')
  const where = place === '' ? (WHOLE[part] ?? part) : place
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, part)
    case 'enum':
      return `${where} must be one of ${(error.params['allowedValues'] as string[]).join(', ')}`
    case 'format':
      return `${where} must be a time such as 2026-01-31T12:00:00Z`
    case 'required':
      return `${where} needs ${String(error.params['missingProperty'])}`
    case 'minLength':
      return `${where} must not be empty`
    default:
      return `${where} ${error.message ?? 'is not valid'}`
  }
}

const WHOLE: Readonly<Record<string, string>> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the path',
}

function unknownField(error: SchemaError, part: string): string {
  const name = String(error.params['additionalProperty'])
  const known = Object.keys(error.parentSchema?.properties ?? {})
  const meant = nearest(name, known)
  const hint = meant === null ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`
  return `unknown ${part === 'querystring' ? 'parameter' : 'field'} "${name.slice(0, 80)}", ${hint}`
}
