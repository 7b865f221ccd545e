import type { Readable } from 'node:stream'

const MAX_ANSWER_BYTES = 16 * 1024

/** The start of an answer, at most 16 KB. A short one is read to its end, so that the connection can be used again. */
export async function firstBytes(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size >= MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES)
}
