// What an upstream says to somebody who shows nothing: where its users log in, and with which scopes.
import { asFailure } from '../../core/failure.ts'
import { type Asked, challengeIn } from './challenge.ts'
import type { LoginTools, UpstreamServer } from './settings.ts'

const REVISION = '2025-11-25'

const message = (method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

const INITIALIZE = message('initialize', {
  protocolVersion: REVISION,
  capabilities: {},
  clientInfo: { name: 'toolgate', version: '1' },
})
const LIST = message('tools/list', {})
const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/**
 * Opens a conversation without credentials; where that is allowed, asks for a list in it, as far as the server goes along. Its challenge,
 * or `undefined`: it has none. An upstream that cannot be asked so may still be found by its well-known addresses.
 */
export async function probed(parts: {
  readonly upstream: UpstreamServer
  readonly tools: LoginTools
}): Promise<Asked | undefined> {
  const { upstream, tools } = parts
  const post = (body: string, more: Readonly<Record<string, string>>) =>
    tools.ask(upstream.url, { method: 'POST', headers: { ...HEADERS, ...more }, body, trust: 'operator' })
  try {
    const opened = await post(INITIALIZE, {})
    if (opened.status === 401) return challengeIn(opened.headers['www-authenticate'])
    const id = opened.headers['mcp-session-id']
    const session = {
      'mcp-protocol-version': REVISION,
      ...(typeof id === 'string' && /^[\x21-\x7e]{1,4096}$/.test(id) && { 'mcp-session-id': id }),
    }
    const listed = await post(LIST, session)
    if ('mcp-session-id' in session)
      await tools.ask(upstream.url, { method: 'DELETE', headers: session, trust: 'operator' })
    return listed.status === 401 ? challengeIn(listed.headers['www-authenticate']) : undefined
  } catch (thrown) {
    tools.warn('an upstream does not say what it wants of its users', {
      target: upstream.target,
      error: asFailure(thrown).message,
    })
    return undefined
  }
}
