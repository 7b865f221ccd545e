/**
 * Releases what was opened, last opened first. One that fails does not keep the others open: the first error is thrown
 * once all are closed.
 */
export class Closers {
  readonly #closers: Array<() => Promise<unknown>> = []

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close)
  }

  async closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }
}
