import { readFile, stat } from 'node:fs/promises'
import { errorText } from '../core/errors.ts'
import { sha256 } from './identity.ts'
import { MAX_FILE_BYTES, tooLarge } from './parseRuleFile.ts'

export type FileRead =
  | { readonly kind: 'text'; readonly text: string; readonly hash: string }
  /** It is there, and cannot be used. */
  | { readonly kind: 'bad'; readonly message: string }
  | { readonly kind: 'gone' }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads one rule file whole. Never throws. */
export async function readRuleFile(path: string): Promise<FileRead> {
  let bytes: Buffer
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) return { kind: 'bad', message: tooLarge(size) }
    bytes = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'gone' }
    return { kind: 'bad', message: `the file cannot be read: ${errorText(error)}` }
  }
  try {
    const text = utf8.decode(bytes)
    return { kind: 'text', text, hash: sha256(text) }
  } catch {
    return { kind: 'bad', message: 'this is no UTF-8 text' }
  }
}
