// Whether anything behind this gateway wants people to log in: without it no path is kept for connect pages.
import type { Site } from '../policy.ts'

/** Counts those who do. */
export class LoginDesk implements AsyncDisposable {
  #used = 0

  get open(): boolean {
    return this.#used > 0
  }

  enter(): AsyncDisposable {
    this.#used++
    return { [Symbol.asyncDispose]: async () => void this.#used-- }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

export const loginDesk = (site: Site): LoginDesk => site.keep('login desk', () => new LoginDesk())

/** Opens the desk for as long as this configuration runs. */
export function useLogins(print: string, site: Site): void {
  const desk = loginDesk(site)
  site.keep(`login desk of ${print}`, () => desk.enter())
}
