import type { Labels } from '../../core/labels.ts'
import { sortedNames } from '../../core/labels.ts'
import type { DurationValue } from './duration.ts'
import type { Param } from './params.ts'
import type { TimeValue } from './timeValue.ts'

/**
 * What templates compute with. Go's types keep apart what JavaScript mixes: a `number` is a float64, a `bigint` an int,
 * null is nil or "no value".
 */
export type Value = string | boolean | number | bigint | null | Composite

export type Composite =
  StringMap | AnyMap | List | Struct | TimeValue | DurationValue | NamedInt | Markup

/** Something that templates can call on a value. */
export interface Method<T> {
  readonly params: readonly Param[]
  call(self: T, args: readonly Value[]): Value
}
export type Methods<T> = ReadonlyMap<string, Method<T>>

export interface BoundMethod {
  readonly params: readonly Param[]
  call(args: readonly Value[]): Value
}

/** The method of that name with its receiver. */
export function bindMethod<T>(methods: Methods<T>, self: T, name: string): BoundMethod | null {
  const method = methods.get(name)
  if (method === undefined) return null
  return { params: method.params, call: (args) => method.call(self, args) }
}

const NO_METHODS: Methods<never> = new Map()

/** A map of strings to strings: a missing key reads as ''. */
export class StringMap {
  readonly typeName: string
  readonly entries: Labels
  readonly #methods: Methods<StringMap>

  constructor(
    entries: Labels,
    typeName = 'map[string]string',
    methods: Methods<StringMap> = NO_METHODS,
  ) {
    this.entries = entries
    this.typeName = typeName
    this.#methods = methods
  }

  get(key: string): string {
    const value: unknown = this.entries[key]
    return typeof value === 'string' ? value : ''
  }

  keys(): string[] {
    return sortedNames(this.entries)
  }

  get isEmpty(): boolean {
    return Object.keys(this.entries).length === 0
  }

  /** Whether every name is a key, because the map has no methods. */
  get isPlain(): boolean {
    return this.#methods.size === 0
  }

  method(name: string): BoundMethod | null {
    return bindMethod(this.#methods, this, name)
  }
}

/** A map of strings to anything: a missing key reads as "no value". */
export class AnyMap {
  readonly typeName = 'map[string]interface {}'
  readonly entries: ReadonlyMap<string, Value>

  constructor(entries: ReadonlyMap<string, Value>) {
    this.entries = entries
  }

  get(key: string): Value {
    return this.entries.get(key) ?? null
  }

  keys(): string[] {
    return [...this.entries.keys()].sort()
  }

  method(): null {
    return null
  }
}

/** A Go slice. */
export class List {
  readonly items: readonly Value[]
  readonly typeName: string
  readonly #methods: Methods<List>

  constructor(
    items: readonly Value[],
    typeName = '[]interface {}',
    methods: Methods<List> = NO_METHODS,
  ) {
    this.items = items
    this.typeName = typeName
    this.#methods = methods
  }

  method(name: string): BoundMethod | null {
    return bindMethod(this.#methods, this, name)
  }

  get methods(): Methods<List> {
    return this.#methods
  }
}

export interface StructType {
  readonly name: string
  /** In declaration order. `json`: its key in JSON; null: left out there. `isInterface`: declared as `interface {}`. */
  readonly fields: ReadonlyArray<{
    readonly name: string
    readonly json: string | null
    readonly isInterface?: boolean
  }>
}

/** A Go struct: an unknown field is an error. */
export class Struct {
  readonly type: StructType
  #values: ReadonlyMap<string, Value> | null = null
  readonly #read: () => ReadonlyMap<string, Value>

  /** `read` gives the fields by name; it is called at most once, when the first is asked for. */
  constructor(type: StructType, read: () => ReadonlyMap<string, Value>) {
    this.type = type
    this.#read = read
  }

  get values(): ReadonlyMap<string, Value> {
    this.#values ??= this.#read()
    return this.#values
  }

  get typeName(): string {
    return this.type.name
  }

  method(): null {
    return null
  }
}

/** A Go integer type with names for its values (`time.Month`, `time.Weekday`). */
export class NamedInt {
  readonly typeName: string
  readonly number: bigint
  readonly text: string

  constructor(typeName: string, number: number, text: string) {
    this.typeName = typeName
    this.number = BigInt(number)
    this.text = text
  }

  method(name: string): BoundMethod | null {
    return name === 'String' ? { params: [], call: () => this.text } : null
  }
}

/** Text that its author marked as safe HTML or as a safe URL. Elsewhere it is a plain string. */
export class Markup {
  readonly typeName: string
  readonly language: 'html' | 'url'
  readonly text: string

  constructor(language: 'html' | 'url', text: string) {
    this.language = language
    this.text = text
    this.typeName = language === 'html' ? 'template.HTML' : 'template.URL'
  }

  method(): null {
    return null
  }
}

/** The name of a value's type as Go prints it. */
export function typeName(value: Value): string {
  if (value === null) return '<nil>'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return 'float64'
    case 'bigint':
      return 'int'
    default:
      return value.typeName
  }
}

/** Go templates' truth: false, 0, "", nil and empty collections are false; everything else, NaN too, is true. */
export function isTrue(value: Value): boolean {
  if (value === null) return false
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'object') return Boolean(value)
  if (value instanceof List) return value.items.length > 0
  if (value instanceof AnyMap) return value.entries.size > 0
  if (value instanceof StringMap) return !value.isEmpty
  if (value instanceof NamedInt) return value.number !== 0n
  if (value instanceof Markup) return value.text !== ''
  return 'nanoseconds' in value ? value.nanoseconds !== 0n : true
}
