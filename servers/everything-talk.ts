// What a tool of the fixture can do beside answering, whatever revision and library it is served with; and what all its sessions share.
import type { CallToolResult, ContentBlock, Tool } from '@modelcontextprotocol/sdk/types.js'

export type Given = Readonly<Record<string, unknown>>

/** A question to the client, as it goes over the wire. */
export interface Question {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list'
  readonly params: Given
}

type Capability = 'elicitation' | 'sampling' | 'roots'

export interface Talk {
  readonly world: World
  /** What the client has declared: in `initialize`, or with the request itself. */
  readonly declared: Readonly<Record<Capability, boolean>>
  readonly signal: AbortSignal
  /**
   * Puts questions to the client, all at once, without a look at what it has declared. Where answers come with another request, the
   * tool runs once more from its beginning, and finds them here: nothing that must happen once may stand before it.
   */
  ask(questions: Readonly<Record<string, Question>>): Promise<Readonly<Record<string, Given>>>
  log(data: string): Promise<void>
  /** Of a hundred; nothing happens when the client does not want to know. */
  progress(done: number): Promise<void>
  /** Closes the stream of the call where that does not end the call. */
  hangUp(): void
}

export interface TestTool {
  readonly definition: Tool
  readonly call: (given: Given, talk: Talk) => CallToolResult | Promise<CallToolResult>
  /** Questions of its are accompanied by a state of the server from the first round on. */
  readonly stateful?: true
}

export type Change = { readonly list: 'tools' | 'prompts' } | { readonly uri: string }

/** What the sessions of one server share. */
export class World {
  readonly listeners = new Set<(change: Change) => void>()
  /** Calls that somebody has given up, by the name that they were given. */
  readonly abandoned = new Set<string>()
  readonly #longer = new Set<'tools' | 'prompts'>()

  /** Whether a list has one thing more at the moment. */
  isLonger(list: 'tools' | 'prompts'): boolean {
    return this.#longer.has(list)
  }

  /** Makes a list longer by one, or shorter again. */
  change(list: 'tools' | 'prompts'): void {
    if (!this.#longer.delete(list)) this.#longer.add(list)
    this.#tell({ list })
  }

  touch(uri: string): void {
    this.#tell({ uri })
  }

  #tell(change: Change): void {
    for (const tell of this.listeners) tell(change)
  }
}

/** What of the fixture one server offers; everything, unless it says less. */
export interface Part {
  readonly tools?: (name: string) => boolean
  readonly resources?: false
  readonly prompts?: false
}

export const nothing: Tool['inputSchema'] = { type: 'object', properties: {}, additionalProperties: false }
export const said = (...content: ContentBlock[]): CallToolResult => ({ content })
export const text = (words: string): ContentBlock => ({ type: 'text', text: words })
export const failed = (error: unknown): CallToolResult => ({
  isError: true,
  content: [text(error instanceof Error ? error.message : String(error))],
})
