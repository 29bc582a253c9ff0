// Where people connect their accounts: addresses whose pages a backend answers, so that policies can let browsers through to them.
import type { Site } from '../policy.ts'

/** Addresses of connect pages that somebody answers. Everywhere else their paths are paths like any other. */
export class LoginDesk implements AsyncDisposable {
  readonly #open = new Map<string, number>()

  isOpen(base: string): boolean {
    return this.#open.has(base)
  }

  /** Opens it for as long as what is returned lives. */
  open(base: string): AsyncDisposable {
    this.#open.set(base, (this.#open.get(base) ?? 0) + 1)
    return { [Symbol.asyncDispose]: async () => this.#close(base) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#open.clear()
  }

  #close(base: string): void {
    const left = (this.#open.get(base) ?? 0) - 1
    if (left > 0) this.#open.set(base, left)
    else this.#open.delete(base)
  }
}

/** The one desk of a gateway. */
export const loginDesk = (site: Site): LoginDesk => site.keep('login desk', () => new LoginDesk())

/** Opens the desk for the pages at an address, as long as this configuration runs. */
export const openDesk = (base: string, site: Site): void => {
  const desk = loginDesk(site)
  site.keep(`login desk ${base}`, () => desk.open(base))
}
