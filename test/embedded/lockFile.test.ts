import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isLock, tryLock, type Lock } from '../../src/embedded/lockFile.ts'
import { startMark } from '../../src/embedded/processIdentity.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function take(): Lock {
  const answer = tryLock(path)
  if (!isLock(answer)) throw new Error(`held by ${answer.pid}`)
  return answer
}

const hold = (holder: object): void => writeFileSync(path, JSON.stringify(holder))

/** The pid of a process that is no more. */
async function deadPid(): Promise<number> {
  const child = spawn('true')
  await once(child, 'exit')
  return child.pid as number
}

describe('a lock file', () => {
  it('is held by one at a time, and names the holder', () => {
    const lock = take()
    expect(tryLock(path)).toMatchObject({ pid: process.pid, host: hostname() })
    lock.release()
    take().release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of a dead process counts for nothing', async () => {
    hold({ pid: await deadPid(), start: '1', host: hostname() })
    take().release()
  })

  it('of another process that got the same pid counts for nothing', () => {
    hold({ pid: process.pid, start: `not ${startMark(process.pid)}`, host: hostname() })
    take().release()
  })

  it.each([
    ['empty', ''],
    ['torn', '{"pid": 12'],
    ['of other content', '[1, 2]'],
  ])('that is %s counts for nothing', (_name, text) => {
    writeFileSync(path, text)
    take().release()
  })

  it('of another host counts while that host touches it', () => {
    hold({ pid: 1, start: '1', host: 'elsewhere' })
    expect(tryLock(path)).toMatchObject({ host: 'elsewhere' })
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(path, longAgo, longAgo)
    take().release()
  })

  it('that somebody else took over is not removed by its former holder', () => {
    const lock = take()
    hold({ pid: 1, start: null, host: hostname() })
    lock.release()
    expect(readFileSync(path, 'utf8')).toContain('"pid":1')
  })
})
