// The scanner, loaded by whoever is the first to need it: its vocabularies cost a start time that nobody pays who has nothing to scan.
import { Failure } from '../core/failure.ts'

type Loaded = Pick<typeof import('../scan/scan.ts'), 'isQuiet' | 'scanDefinition' | 'scanServers'>

export class Scanner {
  #loaded: Loaded | undefined = undefined

  /** Reads the vocabularies too, so that the first definition is as fast as the others. */
  async load(): Promise<void> {
    if (this.#loaded !== undefined) return
    const loaded = await import('../scan/scan.ts')
    loaded.scanDefinition({ name: 'first', description: 'The first one.' }, 'tool')
    this.#loaded = loaded
  }

  get it(): Loaded {
    if (this.#loaded === undefined) throw new Failure('internal', 'the scanner is asked before it is loaded')
    return this.#loaded
  }
}
