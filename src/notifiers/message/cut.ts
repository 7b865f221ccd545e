/** Marks the end of a text that was cut. */
export const ELLIPSIS = '…'

/**
 * The text, cut to at most `max` UTF-16 units with the mark at its end; a character is never split. Providers count
 * characters or bytes of their own, none of them more strictly than that for text.
 */
export function cut(text: string, max: number, mark = ELLIPSIS): string {
  if (text.length <= max) return text
  if (max <= mark.length) return wholeCharacters(text, max)
  return wholeCharacters(text, max - mark.length).trimEnd() + mark
}

/** The text, cut to at most `max` bytes of UTF-8 with the mark at its end. */
export function cutBytes(text: string, max: number, mark = ELLIPSIS): string {
  if (text.length * 3 <= max || Buffer.byteLength(text) <= max) return text
  const room = Math.max(0, max - Buffer.byteLength(mark))
  const bytes = Buffer.from(text.slice(0, room))
  let end = Math.min(room, bytes.length)
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end) + mark
}

/** 4812 → "4,812". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** "1 alert", "4,812 alerts". */
export function countOf(count: number, singular: string): string {
  return `${formatCount(count)} ${singular}${count === 1 ? '' : 's'}`
}

/** One line: control characters and runs of spaces become one space. */
export function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim()
}

function wholeCharacters(text: string, end: number): string {
  const last = text.charCodeAt(end - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)
}
