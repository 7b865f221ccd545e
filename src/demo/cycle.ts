/** How a demo service breaks and heals: healthy for a while, then broken and healthy in turns, for ever. All in ms. */
export interface Cycle {
  readonly firstHealthyMs: number
  readonly brokenMs: number
  readonly healthyMs: number
}

/** Whether the service is broken this long after its start, and how long that has lasted (0 while healthy). */
export function brokenForMs(cycle: Cycle, elapsedMs: number): number | null {
  if (elapsedMs < cycle.firstHealthyMs) return null
  const inTurn = (elapsedMs - cycle.firstHealthyMs) % (cycle.brokenMs + cycle.healthyMs)
  return inTurn < cycle.brokenMs ? inTurn : null
}
