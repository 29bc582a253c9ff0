// A checked configuration → its one normal form: gateways, routes and sections become binds, references become what they name.
import type { Path, Problem } from '../core/module.ts'
import type { Env } from './expand.ts'
import { namedBackends } from './normalise/backends.ts'
import { listenersOf, type Written } from './normalise/listeners.ts'
import { type Body, bodiesOf, Notes, phases, withRoutes } from './normalise/policies.ts'
import { matchesEverything, prefixMatch, routeShape } from './normalise/routes.ts'
import { settings } from './normalise/settings.ts'
import { pathText } from './problems.ts'
import type { Config } from './schema.ts'
import type { BindShape, ListenerShape, RouteShape, Shape } from './shape.ts'
import { nearestWord } from './suggest.ts'

const MCP_PORT = 3000

interface Normal {
  readonly shape: Shape
  readonly problems: readonly Problem[]
  /** Together with what no port leads to: a route of an unknown gateway, the second use of a port, unused backends. */
  readonly draft: Shape
}

/** Never throws; with an error among the problems the shape must not be used. */
export function normalise(config: Config, env: Env, draft = false): Normal {
  const notes = new Notes(draft)
  const backends = namedBackends(config.backends ?? [], notes)
  const ports = new Ports(notes)
  for (const [index, bind] of (config.binds ?? []).entries()) {
    const path = ['binds', index]
    const port = bind.port ?? undefined // none: internal, which is not built
    const gateway = `bind/${port}`
    const listeners = (bind.listeners ?? []).map((listener, at): ListenerShape => {
      const where = [...path, 'listeners', at]
      const written: Written = { listener, path: where, index: at, gateway }
      const routes = (listener.routes ?? []).map((route, of) =>
        routeShape({ route, path: [...where, 'routes', of], index: of }, backends, notes),
      )
      return withRoutes(listenersOf(written, listener.policies ?? {}, [...where, 'policies'], notes), routes)
    })
    ports.add(port, [...path, 'port'], { name: gateway, listeners, path })
  }
  const gateways = new Gateways(config, notes)
  for (const [index, route] of (config.routes ?? []).entries()) {
    const path = ['routes', index]
    const shape = routeShape({ route, path, index }, backends, notes)
    gateways.attach(route.gateways ?? ['default'], [...path, 'gateways'], shape)
  }
  const mcp = config.mcp === null || config.mcp === undefined ? undefined : mcpRoute(config.mcp)
  const attached = mcp?.gateways ?? (mcp?.port === undefined && gateways.has('default') ? ['default'] : undefined)
  if (mcp !== undefined && attached !== undefined) gateways.attach(attached, ['mcp', 'gateways'], mcp.attached)
  gateways.addTo(ports)
  if (mcp !== undefined && attached === undefined) {
    const port = mcp.port ?? MCP_PORT
    ports.add(port, mcp.port === undefined ? ['mcp'] : ['mcp', 'port'], ownBind(port, [mcp.alone]))
  }
  const named = [...backends].map(([name, backend]) => ({ name, ...backend }))
  const binds = ports.binds()
  const shape: Shape = {
    binds,
    backends: named,
    ...settings(config.config ?? {}, config.frontendPolicies ?? {}, env, notes),
  }
  const spare = [...binds, ...ports.spare, ownBind(0, gateways.astray)]
  return { shape, problems: notes.problems, draft: { ...shape, binds: [...spare, ownBind(0, [unused(named, spare)])] } }
}

/** A route to all named backends that no other route leads to. */
function unused(named: Shape['backends'], binds: readonly BindShape[]): RouteShape {
  const routes = binds.flatMap(({ listeners }) => listeners.flatMap((listener) => listener.routes))
  const used = new Set(routes.flatMap(({ backends }) => backends.map(({ path }) => path)))
  const left = named.filter(({ kind }) => !used.has(kind.path))
  const backends = left.map(({ name, kind, policies }) => ({ ...kind, name, weight: 1, policies }))
  return { name: '', rule: '', hostnames: [], matches: [], policies: [], backends, path: [] }
}

interface McpRoute {
  readonly gateways: readonly string[] | undefined
  readonly port: number | undefined
  /** On a port of its own it answers every path, on a shared gateway the protocol's. */
  readonly alone: RouteShape
  readonly attached: RouteShape
}

function mcpRoute(section: NonNullable<Config['mcp']>): McpRoute {
  const path = ['mcp']
  const { onRoute, onBackends } = phases(section.policies ?? {}, [...path, 'policies'])
  const route = (matches: RouteShape['matches']): RouteShape => ({
    name: 'internal/default',
    rule: 'internal/default/default',
    hostnames: [],
    matches,
    policies: onRoute,
    backends: [{ key: 'mcp', name: 'mcp', body: section.backend, path, weight: 1, policies: onBackends }],
    path,
  })
  return {
    gateways: section.gateways ?? undefined,
    port: section.port ?? undefined,
    alone: route([matchesEverything(path)]),
    attached: route(['/mcp', '/sse', '/.well-known'].map((prefix) => prefixMatch(prefix, path))),
  }
}

function ownBind(port: number, routes: readonly RouteShape[]): BindShape {
  const name = `bind/${port}`
  const listener: ListenerShape = {
    name: 'mcp',
    gateway: name,
    protocol: 'HTTP',
    hostname: undefined,
    tls: undefined,
    policies: [],
    routes,
    path: ['mcp'],
  }
  return { port, name, listeners: [listener], path: ['mcp'] }
}

/** Every port once. */
class Ports {
  /** Those without a port of their own: with an error, or in a draft. */
  readonly spare: BindShape[] = []
  readonly #binds = new Map<number, BindShape>()
  readonly #notes: Notes

  constructor(notes: Notes) {
    this.#notes = notes
  }

  add(port: number | undefined, at: Path, bind: Omit<BindShape, 'port'>): void {
    const taken = port === undefined ? undefined : this.#binds.get(port)
    if (port !== undefined && taken === undefined) {
      this.#binds.set(port, { ...bind, port })
      return
    }
    this.spare.push({ ...bind, port: port ?? 0 })
    if (taken !== undefined)
      this.#notes.error('config.port-conflict', at, `port ${port} is taken already, by \`${pathText(taken.path)}\``)
  }

  binds(): readonly BindShape[] {
    return [...this.#binds.values()]
  }
}

interface OpenGateway {
  readonly port: number | undefined
  readonly path: Path
  readonly listeners: readonly { readonly shape: Omit<ListenerShape, 'routes'>; readonly routes: RouteShape[] }[]
}

/** The named gateways, while routes and sections attach to them. */
class Gateways {
  /** Routes that no gateway has. */
  readonly astray: RouteShape[] = []
  readonly #open = new Map<string, OpenGateway>()
  readonly #notes: Notes

  constructor(config: Config, notes: Notes) {
    this.#notes = notes
    for (const [name, gateway] of Object.entries(config.gateways ?? {})) {
      const path = ['gateways', name]
      const { port, protocol, listeners, tls, ...shared } = gateway ?? { port: undefined }
      const written = listeners?.map((listener, at) => ({ listener, path: [...path, 'listeners', at] })) ?? []
      const all = written.length > 0 ? written : [{ listener: { protocol, tls }, path }]
      const common = bodiesOf(shared, path)
      this.#open.set(name, {
        port: port ?? undefined,
        path,
        listeners: all.map(({ listener, path: at }, index) => {
          const shape = listenersOf(
            { listener: { protocol, ...listener }, path: at, index, gateway: `default/${name}` },
            written.length > 0 ? listener : {},
            at,
            notes,
          )
          return { shape: { ...shape, policies: override(common, shape.policies) }, routes: [] }
        }),
      })
    }
  }

  has(name: string): boolean {
    return this.#open.has(name)
  }

  /** Adds a route to gateways by name, `gateway` or `gateway/listener`. */
  attach(names: readonly string[], at: Path, route: RouteShape): void {
    let led = false
    for (const name of names) {
      const [gateway = '', ...rest] = name.split('/')
      const open = this.#open.get(gateway)
      const chosen = open?.listeners.filter(({ shape }) => rest.length === 0 || shape.name === rest.join('/')) ?? []
      if (chosen.length === 0) this.#unknown(name, at)
      led ||= chosen.length > 0
      for (const { routes } of chosen) routes.push(route)
    }
    if (!led) this.astray.push(route)
  }

  addTo(ports: Ports): void {
    for (const [name, { port, path, listeners }] of this.#open) {
      const shapes = listeners.map(({ shape, routes }) => withRoutes(shape, routes))
      ports.add(port, [...path, 'port'], { name: `bind/${port}`, listeners: shapes, path: ['gateways', name] })
    }
  }

  #unknown(name: string, at: Path): void {
    const known = [...this.#open].flatMap(([gateway, { listeners }]) => [
      gateway,
      ...listeners.map(({ shape }) => `${gateway}/${shape.name}`),
    ])
    const meant = nearestWord(name, known)
    const hint =
      meant !== undefined
        ? `did you mean \`${meant}\`?`
        : known.length === 0
          ? 'name one under `gateways:`, for example `default: { port: 3000 }`'
          : undefined
    this.#notes.error('config.unknown-reference', at, `there is no gateway \`${name}\``, hint)
  }
}

/** A listener's own policy replaces the gateway's of the same kind; rules of both must agree. */
function override(common: readonly Body[], own: readonly Body[]): readonly Body[] {
  const kept = common.filter(({ key }) => key === 'authorization' || !own.some((one) => one.key === key))
  return [...kept, ...own]
}
