// The files that a configuration names: certificates and the like.
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Files that the configuration names: read relative to the working directory, and remembered for watching. */
export class ConfigFiles {
  readonly names = new Set<string>()
  readonly #cwd: string

  constructor(cwd: string) {
    this.#cwd = cwd
  }

  /** Content, or `undefined` when it cannot be read. Bound: may be handed around. */
  readonly read = (name: string): Buffer | undefined => {
    const file = path.resolve(this.#cwd, name)
    this.names.add(file)
    try {
      return readFileSync(file)
    } catch {
      return undefined // whoever asked reports the problem with its place in the configuration
    }
  }
}
