import { afterEach, describe, expect, it } from 'vitest'
import { Closers } from '../../src/demo/closers.ts'
import { DemoEnd } from '../../src/demo/demoEnd.ts'
import { shutdownSignal, type ShutdownSignal } from '../../src/shutdownSignal.ts'
import { systemClock } from '../../src/system.ts'

describe('closers', () => {
  it('close in the reverse order of opening, all of them, and tell the first failure', async () => {
    const closers = new Closers()
    const closed: string[] = []
    closers.add(async () => void closed.push('store'))
    closers.add(() => Promise.reject(new Error('stuck')))
    closers.add(async () => void closed.push('service'))
    await expect(closers.closeAll()).rejects.toThrow('stuck')
    expect(closed).toEqual(['service', 'store'])
    await closers.closeAll()
    expect(closed).toHaveLength(2)
  })
})

describe('the wish to stop', () => {
  let shutdown: ShutdownSignal | null = null
  afterEach(() => shutdown?.dispose())

  it.each<[NodeJS.Signals]>([['SIGINT'], ['SIGTERM'], ['SIGHUP']])('is heard as %s', (name) => {
    shutdown = shutdownSignal([name], () => {})
    process.emit(name, name)
    expect(shutdown.signal.aborted).toBe(true)
  })

  it('is one wish when npm repeats the signal, and impatience when it comes again later', () => {
    let now = 0
    let impatient = 0
    shutdown = shutdownSignal(
      ['SIGINT'],
      () => impatient++,
      () => now,
    )
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGINT', 'SIGINT')
    expect(impatient).toBe(0)
    now = 2_000
    process.emit('SIGINT', 'SIGINT')
    expect(impatient).toBe(1)
  })
})

describe('the end of the demo', () => {
  const never = new Promise<never>(() => {})
  const noWish = new AbortController().signal

  it('comes with the last message that was asked for', async () => {
    const end = new DemoEnd({ stopAfterDeliveries: 2, stopAfterMs: null })
    const over = end.wait(systemClock, noWish, never)
    end.delivered()
    end.delivered()
    await over
  })

  it('comes when the time is up', async () => {
    const end = new DemoEnd({ stopAfterDeliveries: null, stopAfterMs: 5 })
    await end.wait(systemClock, noWish, never)
  })

  it('comes when somebody wished it before it was waited for', async () => {
    const end = new DemoEnd({ stopAfterDeliveries: null, stopAfterMs: null })
    await end.wait(systemClock, AbortSignal.abort(), never)
  })

  it('is a failure when a server is lost, in the words of its end', async () => {
    const end = new DemoEnd({ stopAfterDeliveries: null, stopAfterMs: null })
    const lost = Promise.resolve({ text: 'redis ended 9 times in a row: disk full' })
    await expect(end.wait(systemClock, noWish, lost)).rejects.toThrow('disk full')
  })
})
