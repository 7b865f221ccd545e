/**
 * Which member evaluates a group: the one with the highest hash of the pair (rendezvous hashing), so a member that
 * comes or goes moves only its own share. Null without members. Independent of the members' order.
 */
export function ownerOf(groupId: string, members: readonly string[]): string | null {
  let owner: string | null = null
  let best = -1
  for (const member of members) {
    const weight = pairHash(groupId, member)
    if (weight > best || (weight === best && owner !== null && member < owner)) {
      best = weight
      owner = member
    }
  }
  return owner
}

/** One of `count` equal parts of a member: its threads. `index` counts from 0. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** Whether this share of this member evaluates the group. Members may be split into different numbers of shares. */
export function isOwner(
  groupId: string,
  node: string,
  members: readonly string[],
  share: Share,
): boolean {
  if (ownerOf(groupId, members) !== node) return false
  const shares = Array.from({ length: share.count }, (_, index) => `${node}/${index}`)
  return ownerOf(groupId, shares) === `${node}/${share.index}`
}

/** FNV-1a over both texts with murmur's finishing mix: FNV alone leaves the members' shares uneven. */
function pairHash(groupId: string, member: string): number {
  let h = 0x811c9dc5
  for (const text of [member, '\u0000', groupId]) {
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
