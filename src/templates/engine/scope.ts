/** Which variables of a tree exist where, and the slot of each at run time. Slot 0 is `$`. */
export class Scope {
  readonly #names: string[] = []
  readonly #slots: number[] = []
  #count = 0

  constructor(predeclared: readonly string[]) {
    for (const name of ['$', ...predeclared]) this.declare(name)
  }

  /** How many slots a run needs. */
  get count(): number {
    return this.#count
  }

  declare(name: string): number {
    this.#names.push(name)
    this.#slots.push(this.#count)
    return this.#count++
  }

  /** The slot of the innermost variable of that name, null when none was declared. */
  find(name: string): number | null {
    return this.#slots[this.#names.lastIndexOf(name)] ?? null
  }

  mark(): number {
    return this.#names.length
  }

  release(mark: number): void {
    this.#names.length = mark
    this.#slots.length = mark
  }
}
