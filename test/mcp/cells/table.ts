// Which cells are expected to be something else than working, and why. Every cell that is not named here works.
import type { FixtureName } from '../../support/fixture.ts'
import type { DriverName } from '../../support/mcp-clients.ts'
import type { BehaviourName } from './behaviours.ts'

export interface Exception {
  readonly servers: readonly FixtureName[]
  readonly clients?: readonly DriverName[]
  readonly behaviours: readonly BehaviourName[]
  readonly because: string
  /** What the client reads instead. */
  readonly refusal: RegExp
}

const exceptions: readonly Exception[] = [
  {
    servers: ['legacy stateless'],
    behaviours: ['elicit accept', 'elicit decline', 'sampling', 'roots'],
    because: 'a server without sessions has forgotten what the client declared when it is called',
    refusal: /Client does not support (?:elicitation|sampling|roots)/,
  },
  {
    servers: ['legacy stateless'],
    behaviours: ['subscribe'],
    because: 'a server without sessions has forgotten by then who wanted to hear of what',
    refusal: /waited \d+ ms: heard \[/,
  },
]

export const exceptionOf = (server: FixtureName, client: DriverName, behaviour: BehaviourName): Exception | undefined =>
  exceptions.find(
    ({ servers, clients, behaviours }) =>
      servers.includes(server) && clients?.includes(client) !== false && behaviours.includes(behaviour),
  )
