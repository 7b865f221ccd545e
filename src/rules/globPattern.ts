/** One path pattern, split where wildcards begin. */
export interface GlobPattern {
  /** Folder in front of the first wildcard; the folder of the file when there is none. */
  readonly base: string
  /** What follows the base: names, expressions for names, and `**` for any number of folders. */
  readonly segments: ReadonlyArray<string | RegExp | typeof ANY_DEPTH>
}

export const ANY_DEPTH = Symbol('**')

const MAX_ALTERNATIVES = 100

/**
 * Reads a glob: `*` and `?` inside a name, `[a-z]`, `{a,b}`, and `**` for any number of folders. As in a shell, wildcards do
 * not match a leading dot, so that the hidden folders of a mounted ConfigMap stay hidden. `/` separates on all systems.
 */
export function parseGlob(glob: string): GlobPattern[] {
  return alternatives(glob).map((path) => {
    const names = path.split('/')
    const wild = names.findIndex((name) => /[*?[]/.test(name))
    const fixed = wild < 0 ? names.length - 1 : wild
    const segments = names.slice(fixed).filter((name) => name !== '')
    if (segments.at(-1) === '**') segments.push('*')
    return {
      base: names.slice(0, fixed).join('/') || (path.startsWith('/') ? '/' : '.'),
      segments: segments.map(segment),
    }
  })
}

function segment(name: string): string | RegExp | typeof ANY_DEPTH {
  if (name === '**') return ANY_DEPTH
  if (!/[*?[]/.test(name)) return name
  const source = name.replaceAll(/\*+|\?|\[!?[^\]/]+\]|[^*?]/g, (part) => {
    if (part.startsWith('*')) return '.*'
    if (part === '?') return '.'
    if (part.length > 2 && part.startsWith('['))
      return part.replace('[!', '[^').replaceAll('\\', '\\\\')
    return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  try {
    return new RegExp(`^${name.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 's')
  } catch {
    return name // such as [z-a]: then it means itself
  }
}

/** `a.{yml,yaml}` is `a.yml` and `a.yaml`. */
function alternatives(glob: string): string[] {
  let done: string[] = [glob]
  for (let braces = /\{([^{}]*,[^{}]*)\}/.exec(glob); braces !== null;) {
    done = done.flatMap((g) => {
      const match = /\{([^{}]*,[^{}]*)\}/.exec(g)
      if (match === null) return [g]
      const [whole, inner] = [match[0], match[1] as string]
      return inner.split(',').map((part) => g.replace(whole, () => part))
    })
    braces = done.length > MAX_ALTERNATIVES ? null : /\{([^{}]*,[^{}]*)\}/.exec(done[0] as string)
  }
  return done
}
