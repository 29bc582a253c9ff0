// What holds for the whole process: `config`, and the environment variables that win over it (reference: agentgateway §1.2).
import type { z } from 'zod'
import type { Path } from '../../core/module.ts'
import { durationMs } from '../duration.ts'
import type { Env } from '../expand.ts'
import { defaultLimits } from '../limits.ts'
import { type frontend, type Listening, readAddress, readKey, readKeys, type startup } from '../schema/startup.ts'
import type { AccessLogShape, Address, FrontendShape, Limits, PoolShape, Shape, Written } from '../shape.ts'
import { versions } from './listeners.ts'
import type { Notes } from './policies.ts'

type Startup = z.infer<ReturnType<typeof startup>>
type Frontend = z.infer<ReturnType<typeof frontend>>

const GRACE_MS = 30_000

type Settings = Omit<Shape, 'binds' | 'backends'>

/** Everything of a shape but its binds. */
export function settings(config: Startup, front: Frontend, env: Env, notes: Notes): Settings {
  const from = new Environment(env, notes)
  const ipv6 = from.flag('IPV6_ENABLED') ?? config.enableIpv6 ?? true
  return {
    ...addresses(config, from),
    limits: limits(config, front),
    frontend: frontendShape(front, notes),
    customFunctions: config.customFunctions ?? '',
    sessionKey: from.key('SESSION_KEY') ?? config.session?.key,
    cookieSecret: from.key('OIDC_COOKIE_SECRET'),
    store: {
      url: config.database?.url ?? undefined,
      keys: from.keys('TOOLGATE_STORE_KEY') ?? config.database?.key ?? [],
    },
    accessLog: accessLog(config, front),
    metricsFields: written(config.metrics?.fields?.add, ['config', 'metrics', 'fields', 'add']),
    logLevel: (env['RUST_LOG'] || undefined) ?? config.logging?.level ?? 'info',
    terminationGraceMs:
      from.seconds('TERMINATION_GRACE_PERIOD_SECONDS') ??
      config.terminationGracePeriod ??
      from.duration('CONNECTION_TERMINATION_DEADLINE') ??
      config.connectionTerminationDeadline ??
      GRACE_MS,
    metricsRemoved: config.metrics?.remove ?? [],
    ipv6,
    dnsFamily: dnsFamily(config, from, ipv6),
    pool: pool(config),
    strangersOnLoopback: config.discovery?.allowLoopback ?? false,
    decisionLog: decisionLog(config.decisionLog),
    sensitiveHeaders: (config.sensitiveHeaders ?? []).map((name) => name.toLowerCase()),
  }
}

function decisionLog(written: Startup['decisionLog']): Shape['decisionLog'] {
  if (written === undefined || written === null) return undefined
  const { file, sample, size, keep } = written
  return {
    file,
    sample: sample ?? 1,
    arguments: written.arguments ?? false,
    size: size ?? 64 * 1024 ** 2,
    keep: keep ?? 5,
  }
}

function addresses(config: Startup, from: Environment): Pick<Shape, 'admin' | 'stats' | 'readiness'> {
  const choose = (name: string, written: Listening | null | undefined, otherwise: Address): Address => {
    const chosen = from.address(name) ?? written ?? undefined
    if (chosen === undefined) return otherwise
    return chosen === 'off' ? undefined : chosen
  }
  return {
    admin: choose('ADMIN_ADDR', config.adminAddr, { host: 'localhost', port: 15_000 }),
    stats: choose('STATS_ADDR', config.statsAddr, { host: '::', port: 15_020 }),
    readiness: choose('READINESS_ADDR', config.readinessAddr, { host: '::', port: 15_021 }),
  }
}

function limits(config: Startup, { http, tls }: Frontend): Limits {
  const given = Object.entries(config.limits ?? {}).filter(([, value]) => value !== undefined)
  return Object.freeze({
    ...defaultLimits,
    ...defined('upstreamConnectMs', config.backend?.connectTimeout),
    ...defined('sessionIdleMs', config.mcp?.sessionTtl),
    ...defined('bufferSize', http?.maxBufferSize),
    ...defined('headerCount', http?.http1MaxHeaders),
    ...defined('connectionIdleMs', http?.http1IdleTimeout),
    ...defined('tlsHandshakeMs', tls?.handshakeTimeout),
    ...Object.fromEntries(given),
  })
}

const defined = (name: keyof Limits, value: number | null | undefined): Partial<Limits> =>
  value === null || value === undefined ? {} : { [name]: value }

function frontendShape({ http, tls }: Frontend, notes: Notes): FrontendShape {
  return {
    maxConnectionMs: http?.maxConnectionDuration ?? undefined,
    tls: {
      ...versions(tls?.minVersion, tls?.maxVersion, ['frontendPolicies', 'tls'], notes),
      cipherSuites: tls?.cipherSuites ?? [],
      keyExchangeGroups: tls?.keyExchangeGroups ?? [],
    },
  }
}

/** `config.logging` and `frontendPolicies.accessLog` (alias `logging`) are one: what both name, the latter says. */
function accessLog({ logging }: Startup, front: Frontend): AccessLogShape {
  const policy = front.accessLog ?? front.logging
  const at = ['frontendPolicies', front.accessLog ? 'accessLog' : 'logging']
  const filters = [
    ...written(logging?.filter ? { filter: logging.filter } : undefined, ['config', 'logging']),
    ...written(policy?.filter ? { filter: policy.filter } : undefined, at),
  ]
  const later = written(policy?.add, [...at, 'add'])
  const names = new Set(later.map(({ name }) => name))
  const earlier = written(logging?.fields?.add, ['config', 'logging', 'fields', 'add'])
  return {
    format: logging?.format ?? 'text',
    filters,
    add: [...earlier.filter(({ name }) => !names.has(name)), ...later],
    remove: [...(logging?.fields?.remove ?? []), ...(policy?.remove ?? [])],
  }
}

const written = (expressions: { readonly [name: string]: string } | null | undefined, at: Path): Written[] =>
  Object.entries(expressions ?? {}).map(([name, source]) => ({ name, source, path: [...at, name] }))

function pool(config: Startup): PoolShape {
  const { keepalives, poolIdleTimeout, poolMaxSize } = config.backend ?? {}
  return {
    idleTimeoutMs: poolIdleTimeout ?? 90_000,
    maxSize: poolMaxSize ?? undefined,
    keepAliveMs: keepalives?.enabled === false ? undefined : (keepalives?.time ?? 180_000),
  }
}

function dnsFamily(config: Startup, from: Environment, ipv6: boolean): Shape['dnsFamily'] {
  const chosen = from.oneOf('DNS_LOOKUP_FAMILY', ['All', 'Auto', 'V4Preferred', 'V4Only', 'V6Only'])
  const family = chosen ?? config.dns?.lookupFamily ?? 'Auto'
  if (!ipv6 || family === 'V4Only') return 'v4'
  if (family === 'V6Only') return 'v6'
  return family === 'V4Preferred' ? 'v4-first' : 'any'
}

/** Environment variables, read with care: one that makes no sense is a problem, not silently nothing. */
class Environment {
  readonly #env: Env
  readonly #notes: Notes

  constructor(env: Env, notes: Notes) {
    this.#env = env
    this.#notes = notes
  }

  address(name: string): Listening | undefined {
    return this.#read(name, readAddress, 'an address such as `localhost:15000`, or `off`')
  }

  key(name: string): Buffer | undefined {
    return this.#read(name, readKey, '64 hexadecimal digits')
  }

  keys(name: string): readonly Buffer[] | undefined {
    return this.#read(name, readKeys, '64 hexadecimal digits, or several such keys between commas')
  }

  flag(name: string): boolean | undefined {
    return this.#read(
      name,
      (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
      '`true` or `false`',
    )
  }

  duration(name: string): number | undefined {
    return this.#read(name, durationMs, 'a duration such as `10s`')
  }

  seconds(name: string): number | undefined {
    return this.#read(
      name,
      (text) => (/^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined),
      'a number of seconds',
    )
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    return this.#read(name, (text) => words.find((word) => word === text), `one of ${words.join(', ')}`)
  }

  #read<T>(name: string, read: (text: string) => T | undefined, what: string): T | undefined {
    const text = this.#env[name]
    if (text === undefined || text === '') return undefined
    const value = read(text)
    if (value === undefined)
      this.#notes.error('config.wrong-variable', ['config'], `the environment variable \`${name}\` must be ${what}`)
    return value
  }
}
