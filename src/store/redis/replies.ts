/** A flat reply (`a 1 b 2`), or the map that RESP3 makes of it, as pairs. */
export function pairs(reply: unknown): Array<readonly [string, string]> {
  if (reply instanceof Map) return [...(reply as Map<string, string>)]
  if (!Array.isArray(reply)) return Object.entries((reply ?? {}) as Record<string, string>)
  const result: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < reply.length; i += 2)
    result.push([String(reply[i]), String(reply[i + 1])])
  return result
}

/** Fingerprints packed into one text, 16 characters each: a group of 100,000 needs no list of 100,000 strings in JSON. */
export function packFingerprints(fingerprints: Iterable<string>): string {
  return [...fingerprints].join('')
}

export function unpackFingerprints(text: string): string[] {
  const result: string[] = []
  for (let i = 0; i + 16 <= text.length; i += 16) result.push(text.slice(i, i + 16))
  return result
}
