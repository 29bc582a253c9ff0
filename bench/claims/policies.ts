// What policies cost: a call behind a token, CORS and three rules; lists of 5,000 tools under twenty rules; a token's first look.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Claim, Context, Findings } from '../claim.ts'
import { against, compare, middle, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, type Gateway, listener, startGateway } from '../processes.ts'
import { asking } from '../single.ts'
import { median } from '../statistics.ts'
import { Connection, type Place, requestBytes } from '../wire.ts'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://gateway.example/mcp'
const cpu = (round: Round): number => round.cpuMicros

interface Issuer {
  readonly jwks: string
  readonly token: (subject: string) => string
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An issuer as most are: RS256, a few dozen claims' worth of text. */
function issuer(): Issuer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }
  return { jwks: JSON.stringify({ keys: [jwk] }), token: (subject) => tokenOf(subject, privateKey) }
}

function tokenOf(sub: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1_000)
  const roles = ['reader', 'writer', 'reviewer', sub.endsWith('0') ? 'admin' : 'user']
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub,
    iat: now,
    exp: now + 86_400,
    name: 'Some Body',
    roles,
    scope: 'openid profile email',
  }
  const text = `${base64url({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${base64url(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

const policies = (jwks: string, rules: readonly string[]): string => `    cors:
      allowOrigins: ["https://app.example"]
      allowHeaders: ["*"]
    jwtAuth:
      mode: strict
      issuer: ${ISSUER}
      audiences: [${AUDIENCE}]
      jwks: ${JSON.stringify(jwks)}
    mcpAuthorization:
      rules:
${rules.map((rule) => `      - ${JSON.stringify(rule)}`).join('\n')}`

export const toolsCallPolicies: Claim = {
  name: 'tools-call-policies',
  says: 'a small tools/call behind a token that is known, CORS and three rules',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
    const path = '/json/20/bench'
    const { jwks, token } = issuer()
    const rules = [
      'jwt.sub == "nobody"',
      '"admin" in jwt.roles && mcp.tool.target == "other"',
      'mcp.tool.name == "echo" && "writer" in jwt.roles',
    ]
    const port = await freePort()
    const targets = [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}${path}` }]
    await using gateway = await startGateway(port, configuration(port, targets, {}, policies(jwks, rules)))
    const work: Work = {
      connections: 32,
      method: 'tools/call',
      params: JSON.stringify({ name: 'echo', arguments: { text: 'what the quick brown fox did', limit: 4 } }),
      expect: '"structuredContent"',
      token: token('somebody'),
    }
    const rounds = await compare(
      context,
      [
        { subject: proxy, path },
        { subject: gateway, path: '/mcp' },
      ],
      work,
    )
    return {
      findings: [
        { what: 'CPU, gateway ÷ proxy', value: against(rounds, 'gateway', 'proxy', cpu), unit: '×', atMost: 1.4 },
        { what: 'CPU of the gateway', value: middle(rounds, 'gateway', cpu), unit: 'µs' },
      ],
      raw: Object.fromEntries(rounds),
    }
  },
}

const UPSTREAMS = 20
const TOOLS_EACH = 250

export const toolsListRules: Claim = {
  name: 'tools-list-rules',
  says: 'tools/list of 5,000 tools under twenty rules, for callers who are new and who are known',
  async run(context) {
    await using upstream = await listener('upstream', 'upstream.ts')
    const { jwks, token } = issuer()
    const rules = Array.from(
      { length: 20 },
      (_, i) => `mcp.tool.target == "u${i}" && "${i % 2 === 0 ? 'reader' : 'admin'}" in jwt.roles`,
    )
    const port = await freePort()
    const targets = Array.from({ length: UPSTREAMS }, (_, i) => ({
      name: `u${i}`,
      url: `http://127.0.0.1:${upstream.port}/json/${TOOLS_EACH}/u${i}`,
    }))
    const yaml = configuration(port, targets, { toolsTotal: 10_000 }, policies(jwks, rules))
    await using gateway = await startGateway(port, yaml)
    return await measureLists(context, gateway, token)
  },
}

async function measureLists(context: Context, gateway: Gateway, token: Issuer['token']): Promise<Findings> {
  context.note('each caller once')
  const callers = context.quick ? 6 : 30
  const first: number[] = []
  for (let i = 0; i < callers; i++) {
    using caller = await asking(gateway, token(`caller-${i}`))
    first.push(await caller.cpuOf('tools/list'))
  }
  context.note('one caller again and again')
  const work: Work = {
    connections: 4,
    method: 'tools/list',
    params: '{}',
    expect: '"u0_tool-1"',
    token: token('known'),
    gzip: true,
  }
  const known = await compare(context, [{ subject: gateway, path: '/mcp' }], work)
  context.note('a token that was never seen')
  const pings: { fresh: number; again: number }[] = []
  for (let i = 0; i < callers; i++) pings.push(await ping(gateway, token(`ping-${i}`)))
  return {
    findings: [
      { what: 'CPU, a caller who is new', value: median(first.slice(2)) / 1_000, unit: 'ms', atMost: 8 },
      { what: 'CPU, a caller who is known', value: middle(known, 'gateway', cpu), unit: 'µs', atMost: 150 },
      {
        what: "CPU, a token's first verification",
        value: median(pings.map(({ fresh, again }) => fresh - again)),
        unit: 'µs',
        atMost: 400,
      },
    ],
    raw: { first, known: Object.fromEntries(known), pings },
  }
}

const text = (method: string, id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{}}`

/** CPU of a request with a token that is seen for the first time, and of the next one with it. */
async function ping(gateway: Gateway, token: string): Promise<{ fresh: number; again: number }> {
  const place: Place = { port: gateway.port, path: '/nowhere', token }
  const connection = new Connection(gateway.port)
  const used: number[] = []
  for (let i = 0; i < 3; i++) {
    const before = gateway.cpuMicros()
    await connection.ask(requestBytes({ ...place, path: '/mcp' }, text('ping', i), 'no-session'))
    used.push(gateway.cpuMicros() - before)
  }
  connection.close()
  return { fresh: used[0] ?? 0, again: Math.min(used[1] ?? 0, used[2] ?? 0) }
}
