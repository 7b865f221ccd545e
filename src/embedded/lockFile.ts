import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { hostname } from 'node:os'
import { isAlive, startMark } from './processIdentity.ts'

/**
 * A lock that a crash cannot leave behind: the file names its holder (pid, start of that process, host), and whoever
 * finds it looks whether the holder still lives. A holder on another host (a shared volume) lives as long as it
 * touches the file.
 */
export interface Lock {
  release(): void
}

export interface LockHolder {
  readonly pid: number
  readonly start: string | null
  readonly host: string
}

const TOUCH_EVERY_MS = 5_000
/** A foreign holder that did not touch the file for this long is gone. */
const FOREIGN_SILENCE_MS = 20_000

/** Takes the lock, or answers with the live holder that has it. @throws when the folder cannot be written. */
export function tryLock(path: string): Lock | LockHolder {
  const mine = JSON.stringify({
    pid: process.pid,
    start: startMark(process.pid),
    host: hostname(),
    nonce: randomUUID(),
  })
  const draft = `${path}.${process.pid}.${randomUUID().slice(0, 8)}`
  fs.writeFileSync(draft, mine, { mode: 0o600 })
  try {
    for (;;) {
      if (linked(draft, path)) return held(path, mine)
      const found = readText(path)
      if (found === null) continue
      const holder = parseHolder(found)
      if (holder !== null && isHolding(holder, path)) return holder
      setAside(path, found, draft)
    }
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

export function isLock(answer: Lock | LockHolder): answer is Lock {
  return 'release' in answer
}

function held(path: string, mine: string): Lock {
  const timer = setInterval(() => touch(path), TOUCH_EVERY_MS).unref()
  return {
    release: () => {
      clearInterval(timer)
      if (readText(path) === mine) fs.rmSync(path, { force: true })
    },
  }
}

/** Hard links fail when the name exists: the one atomic "create with this content" of all file systems. */
function linked(draft: string, path: string): boolean {
  try {
    fs.linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a dead holder's file. Two who find it dead at once: the loser may move a new file, so it puts it back. */
function setAside(path: string, dead: string, draft: string): void {
  const aside = `${draft}.dead`
  try {
    fs.renameSync(path, aside)
  } catch {
    return
  }
  if (readText(aside) !== dead) linked(aside, path)
  fs.rmSync(aside, { force: true })
}

function isHolding(holder: LockHolder, path: string): boolean {
  if (holder.host !== hostname()) return ageMs(path) < FOREIGN_SILENCE_MS
  if (!isAlive(holder.pid)) return false
  return holder.start === null || holder.start === startMark(holder.pid)
}

function ageMs(path: string): number {
  try {
    return Date.now() - fs.statSync(path).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function touch(path: string): void {
  const now = new Date()
  try {
    fs.utimesSync(path, now, now)
  } catch {
    // Removed by hand: the next one to start takes it, and that was somebody's wish.
  }
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function parseHolder(text: string): LockHolder | null {
  try {
    const { pid, start, host } = JSON.parse(text) as Record<string, unknown>
    if (typeof pid !== 'number' || typeof host !== 'string') return null
    return { pid, start: typeof start === 'string' ? start : null, host }
  } catch {
    return null
  }
}
