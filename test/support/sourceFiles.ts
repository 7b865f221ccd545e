import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

const SRC = join(import.meta.dirname, '../../src')

export interface Import {
  /** Below src for our own files (`core/labels.ts`), else the module as written. */
  readonly target: string
  readonly own: boolean
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean
  /** The names between braces; empty for other forms. */
  readonly names: readonly string[]
}

export interface SourceFile {
  /** Below src, with `/`. */
  readonly path: string
  readonly lines: number
  /** The text without comments and literal texts: words in it are code. */
  readonly code: string
  readonly imports: readonly Import[]
}

/** Every TypeScript file of src. */
export function readSourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(SRC, path), 'utf8')))
}

/** `path` is where the text stands below src. */
export function parseSource(path: string, text: string): SourceFile {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  return { path, lines, code: codeOf(text), imports: importsOf(path, text) }
}

const STATIC = /^(?:import|export)\s+(type\s)?\s*([^;'"]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /\bimport\('([^']+)'\)/g

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: string, typeOnly: boolean, clause: string): void => {
    const own = specifier.startsWith('.')
    const target = own ? posix.join(dirname(path), specifier) : specifier
    const braced = /\{([^}]*)\}/.exec(clause)?.[1]?.split(',') ?? []
    const names = braced.map((name) => name.trim()).filter((name) => name !== '')
    const types = typeOnly || (names.length > 0 && names.every((name) => name.startsWith('type ')))
    found.push({ target, own, typeOnly: types, names })
  }
  for (const [, type, clause = '', specifier = ''] of text.matchAll(STATIC)) {
    add(specifier, type !== undefined, clause)
  }
  for (const [, specifier = ''] of text.matchAll(DYNAMIC)) add(specifier, false, '')
  return found
}

const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^}]*\}|[^`\\])*`/g

/** Of a template literal, the code between `${` and `}` stays. */
function codeOf(text: string): string {
  return text.replace(COMMENT_OR_TEXT, (found) => {
    if (found.startsWith('/')) return ' '
    return found.startsWith('`') ? (found.match(/\$\{[^}]*\}/g) ?? []).join(' ') : "''"
  })
}
