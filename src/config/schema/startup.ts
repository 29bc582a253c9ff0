// Schema of `config`: what is settled once at start (reference: agentgateway §1.4), and Toolgate's own `limits`.
import { z } from 'zod'
import { duration } from '../duration.ts'
import { limitsSchema } from '../limits.ts'
import { size } from '../size.ts'
import { unread } from './keys.ts'
import { note } from './note.ts'
import { scalar } from './scalar.ts'

/** Where the gateway listens for itself; `off`: nowhere. */
export type Listening = { readonly host: string; readonly port: number } | { readonly unix: string } | 'off'

/** `ip:port`, `localhost:port`, `[ipv6]:port`, `unix:/path` or `off` (reference: agentgateway §1.2). */
export function readAddress(text: string): Listening | undefined {
  if (text === 'off') return 'off'
  if (text.startsWith('unix:')) return text.length > 5 ? { unix: text.slice(5) } : undefined
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

/** 32 bytes as 64 hexadecimal digits. */
export function readKey(text: string): Buffer | undefined {
  return /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined
}

const address = (): z.ZodType<Listening> =>
  scalar({
    read: (value) => (typeof value === 'string' ? readAddress(value) : undefined),
    complaint: 'must be an address such as `localhost:15000`, `[::]:15020`, `unix:/run/admin.sock`, or `off`',
    json: { type: 'string' },
  })

const sealKey = (): z.ZodType<Buffer> =>
  scalar({
    read: (value) => (typeof value === 'string' ? readKey(value) : undefined),
    complaint: 'must be 64 hexadecimal digits (32 bytes), for example from `openssl rand -hex 32`',
    json: { type: 'string', pattern: '^[0-9a-fA-F]{64}$' },
  })

/** Keys of the store: the first one encrypts, each of them decrypts. */
export function readKeys(text: string): readonly Buffer[] | undefined {
  const keys = text.split(',').map((one) => readKey(one.trim()))
  return keys.every((key) => key !== undefined) ? keys : undefined
}

const storeKeys = (): z.ZodType<readonly Buffer[]> =>
  scalar({
    read: (value) => (typeof value === 'string' ? readKeys(value) : undefined),
    complaint: 'must be 64 hexadecimal digits (32 bytes), or several such keys between commas',
    json: { type: 'string' },
  })

const level = (): z.ZodType<string> =>
  scalar({
    read: (value) => {
      if (typeof value === 'string') return value
      return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(',') : undefined
    },
    complaint: 'must be a level such as `info` or `debug`, or a list of them',
    json: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  })

const becomes = <S extends z.ZodType>(schema: S, key: string): S =>
  note(schema, { standing: 'translated', say: `means \`${key}\`` })

/** `frontendPolicies.http` (reference: agentgateway §1.7). */
const frontendHttp = () =>
  note(
    z.strictObject({
      maxBufferSize: becomes(size().nullish(), 'config.limits.bufferSize'),
      http1MaxHeaders: becomes(z.int().positive().nullish(), 'config.limits.headerCount'),
      http1IdleTimeout: becomes(duration().nullish(), 'config.limits.connectionIdleMs'),
      http1HeaderCase: z.enum(['lowercase', 'preserve']).nullish(),
      maxConnectionDuration: duration().nullish(),
      ...unread('frontendPolicies.http'),
    }),
    { place: 'frontendPolicies.http', noun: '`frontendPolicies.http`' },
  )

const tlsVersion = () => z.enum(['TLS_V1_0', 'TLS_V1_1', 'TLS_V1_2', 'TLS_V1_3'])

/** `frontendPolicies.tls` (reference: agentgateway §1.7). */
const frontendTls = () =>
  note(
    z.strictObject({
      handshakeTimeout: becomes(duration().nullish(), 'config.limits.tlsHandshakeMs'),
      minVersion: tlsVersion().nullish(),
      maxVersion: tlsVersion().nullish(),
      cipherSuites: z.array(z.string()).nullish(),
      keyExchangeGroups: z.array(z.enum(['X25519', 'P-256', 'P-384', 'X25519_MLKEM768'])).nullish(),
      ...unread('frontendPolicies.tls'),
    }),
    { place: 'frontendPolicies.tls', noun: '`frontendPolicies.tls`' },
  )

/** `frontendPolicies` (reference: agentgateway §1.7). */
export const frontend = () =>
  note(
    z.strictObject({
      http: frontendHttp().nullish(),
      tls: frontendTls().nullish(),
      accessLog: frontendAccessLog().nullish(),
      logging: frontendAccessLog().nullish(),
      ...unread('frontendPolicies'),
    }),
    { place: 'frontendPolicies', noun: '`frontendPolicies`' },
  )

const dns = () =>
  note(
    z.strictObject({
      lookupFamily: z.enum(['All', 'Auto', 'V4Preferred', 'V4Only', 'V6Only']).nullish(),
      ...unread('config.dns'),
    }),
    { place: 'config.dns', noun: '`dns`' },
  )

/** Names and expressions. */
const expressions = () => z.record(z.string(), z.string())

/** `frontendPolicies.accessLog` (reference: agentgateway §1.7). */
const frontendAccessLog = () =>
  note(
    z.strictObject({
      filter: z.string().nullish(),
      add: expressions().nullish(),
      remove: z.array(z.string()).nullish(),
      ...unread('frontendPolicies.accessLog'),
    }),
    { place: 'frontendPolicies.accessLog', noun: '`accessLog`' },
  )

const logging = () =>
  note(
    z.strictObject({
      level: level().nullish(),
      format: z.enum(['text', 'json']).nullish(),
      filter: z.string().nullish(),
      fields: z.strictObject({ add: expressions().nullish(), remove: z.array(z.string()).nullish() }).nullish(),
      ...unread('config.logging'),
    }),
    { place: 'config.logging', noun: '`logging`' },
  )

const metrics = () =>
  note(
    z.strictObject({
      remove: z.array(z.string()).nullish(),
      fields: z.strictObject({ add: expressions().nullish() }).nullish(),
      ...unread('config.metrics'),
    }),
    { place: 'config.metrics', noun: '`metrics`' },
  )

const keepalives = () =>
  z.strictObject({
    enabled: z.boolean().nullish(),
    time: duration().nullish(),
    interval: duration().nullish(),
    retries: z.int().nonnegative().nullish(),
  })

const upstreams = () =>
  note(
    z.strictObject({
      keepalives: keepalives().nullish(),
      connectTimeout: becomes(duration().nullish(), 'config.limits.upstreamConnectMs'),
      poolIdleTimeout: duration().nullish(),
      poolMaxSize: z.int().positive().nullish(),
    }),
    { noun: '`config.backend`' },
  )

/** Where state is kept that outlives the process. */
const database = () =>
  note(
    z.strictObject({
      url: z
        .string()
        .regex(/^(sqlite:.+|postgres(ql)?:.+|[^:]+)$/, 'must be `sqlite://path`, or the path of a file')
        .nullish(),
      key: storeKeys().nullish(),
      maxConnections: note(z.int().positive().nullish(), {
        standing: 'ignored',
        say: 'SQLite is used through one connection',
      }),
    }),
    { place: 'config.database', noun: '`config.database`' },
  )

/** How URLs that come from outside are followed (metadata of clients and authorization servers). */
const discovery = () => note(z.strictObject({ allowLoopback: z.boolean().nullish() }), { noun: '`config.discovery`' })

/** RFC 9110 §5.1. */
const headerName = () =>
  z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: 'must be the name of a header, such as x-session' })

/** Where decisions on authorization are written down; the original has no such log. */
const decisionLog = () =>
  note(
    z.strictObject({
      file: z.string().min(1),
      sample: z.number().min(0).max(1).nullish(),
      arguments: z.boolean().nullish(),
      size: size().nullish(),
      keep: z.int().min(1).max(1_000).nullish(),
    }),
    { noun: '`config.decisionLog`' },
  )

/** `config:` as it is written; its output is what the normal form is made of. */
export const startup = () =>
  note(
    z.strictObject({
      enableIpv6: z.boolean().nullish(),
      dns: dns().nullish(),
      adminAddr: address().nullish(),
      statsAddr: address().nullish(),
      readinessAddr: address().nullish(),
      customFunctions: z.string().nullish(),
      sensitiveHeaders: z.array(headerName()).nullish(),
      histograms: z.enum(['classic', 'native', 'both']).nullish(),
      session: z.strictObject({ key: sealKey() }).nullish(),
      mcp: z.strictObject({ sessionTtl: becomes(duration().nullish(), 'config.limits.sessionIdleMs') }).nullish(),
      logging: logging().nullish(),
      metrics: metrics().nullish(),
      backend: upstreams().nullish(),
      connectionTerminationDeadline: becomes(duration().nullish(), 'config.terminationGracePeriod'),
      terminationGracePeriod: duration().nullish(),
      database: database().nullish(),
      discovery: discovery().nullish(),
      decisionLog: decisionLog().nullish(),
      limits: limitsSchema().nullish(),
      ...unread('config'),
    }),
    { place: 'config', noun: '`config`' },
  )
