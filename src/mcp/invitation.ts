// The tool that stands in for those of a target where the caller has no account yet: it leads to the login, and says when that is done.
import { rawJson } from '../core/brand.ts'
import { principalOf } from '../core/principal.ts'
import { LoginNeeded } from '../oauth/upstream/needed.ts'
import { type Program, permitted } from '../policy/policy.ts'
import type { Asked } from './asked.ts'
import type { Catalog } from './catalog.ts'
import type { Connections } from './connections.ts'
import type { Answer } from './conversation.ts'
import { exposedForm, type PrefixMode } from './names.ts'
import type { Shelf } from './shelf.ts'
import { CONNECT } from './stand-in.ts'

export interface InvitationOptions {
  readonly catalog: Catalog
  readonly connections: Connections
  readonly program: Program
  readonly prefixMode: PrefixMode
}

export class Invitations {
  readonly #options: InvitationOptions
  readonly #shelves: ReadonlyMap<string, Shelf>

  constructor(options: InvitationOptions) {
    const { catalog, prefixMode } = options
    this.#options = options
    const prefixed = prefixMode === 'always' || (prefixMode === 'conditional' && catalog.several)
    this.#shelves = new Map(
      catalog.shelves.flatMap((shelf) => {
        const form = exposedForm(shelf.target, CONNECT, prefixed)
        // What lists the same to everybody has tools to begin with: the first call of one of them leads to the login.
        const invites = shelf.upstream.credentials !== undefined && shelf.personal
        return invites && form !== undefined ? [[form.exposed, shelf] as const] : []
      }),
    )
  }

  /**
   * The answer to a call of such a tool; `undefined`: it is another one. Who has connected may call it again, as a model does that was
   * told to come back. A tool of that name that the target has itself is the target's.
   */
  answer(asked: Asked): Promise<Answer> | undefined {
    const name = asked.string('name') ?? ''
    const shelf = this.#shelves.get(name)
    if (shelf === undefined) return undefined
    const { catalog, program } = this.#options
    const item = { kind: 'tool', target: shelf.target, name: CONNECT } as const
    if (catalog.entryNow('tool', name) !== undefined && !shelf.standsIn('tool')) return undefined
    const input = asked.params['arguments'] ?? {}
    return permitted(program, item, asked.x, input) === 'yes' ? this.#opened(shelf, asked) : undefined
  }

  /** A conversation in the caller's name is the proof. Rejects with LoginNeeded when there is none to be had. */
  async #opened(shelf: Shelf, asked: Asked): Promise<Answer> {
    asked.about({ kind: 'tool', target: shelf.target, name: CONNECT }, shelf)
    await this.#options.connections.open(asked.client, shelf)
    // A conversation that opens without asking the server anything (2026-07-28) proves nothing: what it has refused since does.
    const login = shelf.upstream.credentials?.login
    const principal = principalOf(asked.x)
    if (login !== undefined && principal !== undefined && !(await login.settled(principal)))
      throw new LoginNeeded(login, 'the upstream does not accept the login any more')
    const text = `Your account at ${shelf.target} is connected: its tools are listed now.`
    return { kind: 'result', raw: rawJson(JSON.stringify({ content: [{ type: 'text', text }] })) }
  }
}
