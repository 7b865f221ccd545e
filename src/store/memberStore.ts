export interface Member {
  readonly node: string
  readonly roles: readonly string[]
  readonly version: string
  readonly startedAt: number
  readonly seenAt: number
}

/** Who is alive: rendezvous hashing of rule groups runs over the evaluators in it. */
export interface MemberStore {
  heartbeat(member: Member): Promise<void>
  /** Members seen since `since`. */
  alive(since: number): Promise<readonly Member[]>
  leave(node: string): Promise<void>
}
