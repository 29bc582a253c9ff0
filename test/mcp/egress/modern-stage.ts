// What tests of servers of 2026-07-28 share: the fixture of another library, servers made by hand, and a user who answers.
import type { RequestListener } from 'node:http'
import type { TestContext } from 'node:test'
import { everythingModern } from '../../../servers/everything-modern.ts'
import { World } from '../../../servers/everything-talk.ts'
import { serveModern } from '../../../servers/modern.ts'
import { rawJson } from '../../../src/core/brand.ts'
import type { Answer, Peer } from '../../../src/mcp/conversation.ts'
import { bodyOf, type Post, peer, type Said, type StageOptions, serve, stage, upstream } from './stage.ts'

export interface Met extends StageOptions {
  readonly speaker?: Partial<Peer>
}

/** A conversation with the fixture, over HTTP. */
export async function meet(t: TestContext, { speaker = {}, ...more }: Met = {}) {
  const world = new World()
  const { make, bus } = everythingModern(world)
  const served = await serveModern(make, { bus })
  t.after(() => served.close())
  const site = stage(t, more)
  const up = await upstream('mcp', { host: served.url }, site)
  const who = peer(speaker)
  return { world, bus, site, up, who, connection: await up.connect(who) }
}

/** Whoever is asked anything says yes. */
export const agrees = async (method: string): Promise<Answer> => ({
  kind: 'result',
  raw: rawJson(JSON.stringify(said[method] ?? said['elicitation/create'])),
})

const said: Readonly<Record<string, object>> = {
  'roots/list': { roots: [{ uri: 'file:///home/project', name: 'project' }] },
  'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled words' } },
  'elicitation/create': {
    action: 'accept',
    content: { username: 'ada', email: 'a@example.com', name: 'Ada', ok: true },
  },
}

export const DISCOVERED = {
  resultType: 'complete',
  ttlMs: 0,
  cacheScope: 'private',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'by hand', version: '1' } },
}

/** A server of which the test decides everything. */
export const byHand =
  (answer: (post: Post) => void | Promise<void>): RequestListener =>
  (request, response) => {
    const read = async (): Promise<void> => {
      if (request.method !== 'POST') return void response.writeHead(405).end()
      const text = await bodyOf(request)
      const message: Said = JSON.parse(text)
      const json = (value: unknown, status = 200): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      const result = (value: unknown): void => json({ jsonrpc: '2.0', id: message.id, result: value })
      await answer({ said: message, text, request, response, json, result })
    }
    read().catch((thrown: unknown) => response.destroy(thrown as Error)) // whatever a test throws
  }

/** A server of 2026-07-28 that leaves everything but `server/discover` to the test. */
export const modernServer = (other: (post: Post) => void | Promise<void>, discovered: object = {}): RequestListener =>
  byHand((post) => {
    const { said: message, result, json } = post
    if (message.method === 'server/discover') return result({ ...DISCOVERED, ...discovered })
    if (message.method !== 'initialize') return other(post)
    const data = { supported: ['2026-07-28'] }
    json({ jsonrpc: '2.0', id: message.id, error: { code: -32022, message: 'no', data } }, 400)
  })

export interface ByHand extends Met {
  readonly discovered?: object
}

/** A conversation with a server that is made by hand. */
export async function facing(
  t: TestContext,
  other: (post: Post) => void | Promise<void>,
  { speaker = {}, discovered, ...more }: ByHand = {},
) {
  const site = stage(t, more)
  const up = await upstream('mcp', { host: `${await serve(t, modernServer(other, discovered))}/mcp` }, site)
  const who = peer(speaker)
  return { site, up, who, connection: await up.connect(who) }
}

export const input = (requests: object, state?: string): object => ({
  resultType: 'input_required',
  inputRequests: requests,
  ...(state !== undefined && { requestState: state }),
})

export const elicit = (message: string, more: object = {}): object => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} }, ...more },
})
