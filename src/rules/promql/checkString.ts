import type { ReportAt } from './tree.ts'

const ESCAPE = /\\(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y

/** Reports escapes in a quoted text that Go refuses, such as "\d" or "\.". */
export function checkString(
  text: string,
  node: { readonly from: number; readonly to: number },
  report: ReportAt,
): void {
  if (text[node.from] === '`') return
  for (
    let at = text.indexOf('\\', node.from);
    at >= 0 && at < node.to;
    at = text.indexOf('\\', at)
  ) {
    ESCAPE.lastIndex = at
    const escape = ESCAPE.exec(text)
    if (escape === null) {
      const shown = text.slice(at, at + 2)
      return report(at, `unknown escape ${shown} in quotes: write \\${shown}, or use backquotes`)
    }
    at += escape[0].length
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The value of a quoted text whose escapes have been checked. */
export function unquote(literal: string): string {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`')) return inner
  return inner.replaceAll(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_, e: string) => {
      if (/^[xuU]./.test(e)) return codePoint(Number.parseInt(e.slice(1), 16))
      if (/^[0-7]{3}$/.test(e)) return codePoint(Number.parseInt(e, 8))
      return SIMPLE[e] ?? e
    },
  )
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}
