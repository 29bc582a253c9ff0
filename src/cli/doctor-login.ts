// The doctor at the door: whether somebody has to log in, and whether this client would find out where (RFC 9728, RFC 8414).
import { CommandError, exit } from './command.ts'
import type { Visit } from './doctor-visit.ts'
import type { Heard } from './mcp-wire.ts'
import { issuer, pkce } from './oauth-login.ts'
import { challenge, resourceMetadata, Walk, type WalkOptions } from './oauth-walk.ts'

const steps = [challenge, resourceMetadata, issuer, pkce] as const

/** `false`: nobody comes further without a token, or this client does not. */
export async function login(visit: Visit, { status }: Heard, ask: WalkOptions['ask']): Promise<boolean> {
  const { token, wire, kind } = visit.options
  const { url } = wire.options
  if (status === 403)
    return visit.no('login', '403: this caller may not come in', {
      clause: 'MCP authorization, error handling; MCP transports: 403 for an `Origin` that is not allowed',
      change: 'rules of the route (`toolgate policy explain`), `cors`, or what stands in front',
    })
  if (status !== 401)
    return visit.yes('login', token === undefined ? 'nobody is asked to log in' : 'the token is accepted')
  if (token !== undefined)
    return visit.no('login', '401: the token is not accepted', {
      clause: 'MCP authorization, token handling',
      change: `toolgate doctor oauth --url ${url.href} --token … says why`,
    })
  const walk = new Walk({ url, profile: kind.login, ask, provider: undefined, clientId: undefined, token })
  await searched(visit, walk)
  for (const { step, verdict, says, clause = 'MCP authorization', change } of walk.findings) {
    const because = { clause, ...(change !== undefined && { change }) }
    if (verdict === 'no') visit.no('login', `${step}: ${says}`, because)
    if (verdict === 'note') visit.note('login', `${step}: ${says}`, because)
  }
  if (visit.failed === undefined) {
    visit.yes('login', `found: ${walk.findings.map(({ step }) => step).join(', ')}`)
    visit.skip('open', `somebody has to log in first: --token, and \`toolgate doctor oauth\` for the rest of the way`)
  }
  return false
}

/** An address that the server names and that does not answer is an answer. */
async function searched(visit: Visit, walk: Walk): Promise<void> {
  try {
    for (const step of steps) if (!(await step(walk))) return
  } catch (thrown) {
    if (!(thrown instanceof CommandError) || thrown.exitCode === exit.interrupted) throw thrown
    visit.no('login', thrown.message, {
      clause: 'RFC 9728 §3, RFC 8414 §3',
      change: 'clients ask this address too, and must reach it',
    })
  }
}
