import { AppError } from '../core/errors.ts'

/** The datasource could not be asked, or answered something that is no evidence about any alert (I5). */
export class DatasourceError extends AppError {
  override readonly name = 'DatasourceError'

  constructor(message: string, options?: ErrorOptions) {
    super('DATASOURCE_FAILED', message, options)
  }
}

const EXCERPT_CHARACTERS = 120

/** The first words of a text that was not what we asked for: one line, markup left out. */
export function excerpt(text: string): string {
  const words = text
    .slice(0, 4_000)
    .replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
    .trim()
  return words.length > EXCERPT_CHARACTERS ? `${words.slice(0, EXCERPT_CHARACTERS)}...` : words
}

/** Names what came instead of JSON. */
export function notJson(body: Buffer): string {
  if (body.length === 0) return 'the datasource answered an empty body instead of JSON'
  const text = body.toString('utf8', 0, 4_000).trimStart()
  if (text.startsWith('<')) return `the datasource answered HTML instead of JSON (${excerpt(text)})`
  if (text.startsWith('{')) {
    return `the datasource answered truncated or broken JSON (${body.length} bytes, ending in ${quoteEnd(body)})`
  }
  return `the datasource answered text instead of JSON (${excerpt(text)})`
}

function quoteEnd(body: Buffer): string {
  return JSON.stringify(body.toString('utf8', Math.max(0, body.length - 20)))
}
