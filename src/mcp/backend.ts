// Backend kind `mcp`: MCP servers (targets) that clients see as one server.
import { hash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type TargetName, targetName } from '../core/brand.ts'
import { type Exchange, type Handler, type Reply, text } from '../core/exchange.ts'
import { define, type Path } from '../core/module.ts'
import { version } from '../core/version.ts'
import { backendAuth } from '../policy/backend-auth.ts'
import { policies } from '../policy/index.ts'
import {
  type BackendHandler,
  type BackendSite,
  type Credentials,
  compileProgram,
  type Plan,
  type Policy,
  type PolicyModule,
  type TargetState,
  withPermits,
} from '../policy/policy.ts'
import { Connect } from './connect.ts'
import type { Upstream } from './conversation.ts'
import { targets } from './egress/index.ts'
import type { TargetModule } from './egress/site.ts'
import { type Configured, FederatedServers, type FederationOptions } from './federation.ts'
import { Front } from './front.ts'
import { ingress } from './ingress/index.ts'
import { wholeOffering } from './offering.ts'
import { PersonalServers } from './personal.ts'
import { Shelf } from './shelf.ts'
import { StandIn } from './stand-in.ts'
import { TaskNames } from './task-names.ts'

const kinds: readonly TargetModule[] = Object.values(targets)
/** Policies that may stand on a target (reference: agentgateway §1.6.2, simple backend policies). */
const TARGET_POLICIES = [
  'requestHeaderModifier',
  'transformations',
  'backendTLS',
  'backendAuth',
  'http',
  'tcp',
  'backendTunnel',
] as const
/** The original has its rules on routes only; here a target may have further ones, of which all must agree. */
const RULES = 'mcpAuthorization'
/** Those of them that work here. */
const built: readonly PolicyModule[] = policies.filter(({ key }) =>
  [RULES, 'backendTLS', 'backendAuth', 'requestHeaderModifier'].includes(key),
)

const optional = (modules: readonly { readonly key: string; readonly schema: z.ZodType }[]) =>
  Object.fromEntries(modules.map(({ key, schema }) => [key, schema.optional()]))

const target = z
  .strictObject({
    name: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
        error:
          'must have lower-case letters, digits, `-` and `.` only: `_` and `+` separate a target’s name from other names',
      }),
    ...optional(kinds),
    policies: z
      .strictObject({
        ...Object.fromEntries(TARGET_POLICIES.map((key) => [key, z.unknown().optional()])),
        ...Object.fromEntries(built.map(({ key, schema }) => [key, schema.nullish()])),
      })
      .nullish(),
  })
  .superRefine((it, context) => {
    const named = kinds.map(({ key }) => key).filter((key) => bodyOf(it, key) !== undefined)
    if (named.length === 0)
      context.addIssue({
        code: 'custom',
        message: `needs one of ${kinds.map(({ key }) => `\`${key}\``).join(', ')}`,
      })
    if (named.length > 1) {
      const has = named.map((key) => `\`${key}\``).join(' and ')
      context.addIssue({ code: 'custom', message: `can be only one kind of target, and has ${has}` })
    }
    const meant = Object.entries(it.policies ?? {}).filter(([, body]) => body !== undefined)
    const hasPolicies = it.policies !== undefined && it.policies !== null
    if (named[0] === 'stdio' && hasPolicies && (meant.length === 0 || meant.some(([key]) => key !== RULES)))
      context.addIssue({
        code: 'custom',
        path: ['policies'],
        message: 'a process has no use for policies of a connection',
      })
  })

const schema = z.strictObject({
  targets: z.array(target),
  statefulMode: z.enum(['stateful', 'stateless']).default('stateful'),
  prefixMode: z.enum(['conditional', 'always', 'never']).nullish(),
  failureMode: z.enum(['failClosed', 'failOpen']).nullish(),
  dnsRebindingProtection: z.boolean().default(false),
})

type Config = z.output<typeof schema>
type Target = Config['targets'][number]

/** YAML `mcp: {targets: […], statefulMode, prefixMode, failureMode, dnsRebindingProtection}` (reference: agentgateway §3.1). */
export const mcp = define({
  key: 'mcp',
  schema,
  async compile(config, site: BackendSite): Promise<BackendHandler> {
    const backend = site.name
    if (config.targets.length === 0) return (x) => nobody(x, backend)
    const { placed, policies: ofTargets } = await targetsOf(config, site)
    const shelves = placed.map(({ shelf }) => shelf)
    const program = withPermits(site.program, ofTargets)
    const { limits, log, metrics, sealKey } = site
    const stateful = config.statefulMode === 'stateful'
    const connect = connectOf(shelves, site)
    const name = site.path.join('.')
    const tasks = site.keep(`mcp tasks ${name}`, () => new TaskNames({ key: sealKey, backend: name }))
    const options = {
      shelves,
      connect,
      program,
      limits,
      log,
      metrics,
      tasks,
      version,
      stateful,
      prefixMode: config.prefixMode ?? 'conditional',
      failOpen: config.failureMode === 'failOpen',
    } as const
    // Ends with this configuration, unlike the upstreams and the sessions, which the next one may go on using.
    const federation = site.keep(`mcp federation ${randomUUID()}`, () => federationOf(options))
    const { dnsRebindingProtection } = config
    const sessions = `mcp sessions ${name} ${print([stateful, dnsRebindingProtection, limits])}`
    const seat = site.keep(sessions, () => {
      const front = new Front(federation)
      const handler = ingress({ federation: front, limits, sealKey, log, metrics, dnsRebindingProtection, name })
      const end = async (): Promise<void> => {
        await handler[Symbol.asyncDispose]()
        await front[Symbol.asyncDispose]()
      }
      return { front, handler, [Symbol.asyncDispose]: end }
    })
    const handler: Handler = (x) => {
      x.backend = backend
      const page = connect?.page(x)
      if (page !== undefined) return page
      seat.front.use(federation)
      return seat.handler(x)
    }
    const warm = (): void => shelves.forEach((shelf) => shelf.poke())
    const begin = (): void => seat.front.use(federation)
    const offerings = (signal: AbortSignal) => Promise.all(shelves.map((shelf) => wholeOffering(shelf, signal)))
    const targets = (): readonly TargetState[] => placed.map(stateOf)
    // Who is only asked to agree has no rules: approval alone keeps nobody from anything.
    const open = program.permits.length === program.approvals.length
    return Object.assign(handler, { open, warm, begin, targets, offerings })
  },
})

/** Lists of their own for each principal, where upstreams may show different things to different callers. */
const federationOf = (options: FederationOptions): Configured =>
  options.shelves.some(({ personal }) => personal) ? new PersonalServers(options) : new FederatedServers(options)

/** Pages for people who have to log in at targets themselves; `undefined`: nobody has to. */
function connectOf(shelves: readonly Shelf[], site: BackendSite): Connect | undefined {
  const bound = shelves.flatMap(({ upstream }) => upstream.credentials ?? [])
  return bound.length === 0 ? undefined : new Connect(bound, site)
}

/** A backend without targets answers as the original does (reference: agentgateway §11). */
function nobody(x: Exchange, backend: string): Reply {
  x.backend = backend
  x.protocol = 'mcp'
  x.reason = 'MCP'
  return text(503, 'mcp: no backends configured')
}

interface Placed {
  readonly path: Path
  readonly shelf: Shelf
}

interface Targets {
  readonly placed: readonly Placed[]
  /** What they add to the policies in force, each for its own target. */
  readonly policies: readonly Policy[]
}

async function targetsOf(config: Config, site: BackendSite): Promise<Targets> {
  const first = new Map<string, number>()
  const placed: Placed[] = []
  const policies: Policy[] = []
  for (const [index, body] of config.targets.entries()) {
    const path = ['targets', index]
    const before = first.get(body.name)
    if (before !== undefined) {
      site.problem([...path, 'name'], `target \`${body.name}\` is there already`, `the first one is targets[${before}]`)
      continue
    }
    first.set(body.name, index)
    const own = policiesOf(body, path, site)
    policies.push(...own.map((policy) => onlyFor(targetName(body.name), policy)))
    const shelf = await shelfOf(body, path, site, compileProgram(own).plan)
    if (shelf !== undefined) placed.push({ path: [...site.path, ...path], shelf })
  }
  return { placed, policies }
}

/** For operators: what the target offers, before any rule is asked. */
function stateOf({ path, shelf }: Placed): TargetState {
  const { document } = shelf.upstream
  const tools = shelf.listing('tool')?.offers.length ?? document?.facts?.tools
  return { path, name: shelf.target, tools, document }
}

/** What a target's policy says of other targets' things is nothing. */
function onlyFor(target: TargetName, policy: Policy): Policy {
  if (policy.permits === undefined) return {}
  return {
    permits: (item, x, input) =>
      item.kind === 'model' || item.target !== target ? 'yes' : (policy.permits?.(item, x, input) ?? 'yes'),
    explains: (item, x, input) =>
      item.kind === 'model' || item.target !== target ? undefined : policy.explains?.(item, x, input),
    audience: (x) => policy.audience?.(x),
    ...(policy.scopes !== undefined && { scopes: policy.scopes }),
  }
}

async function shelfOf(body: Target, path: Path, site: BackendSite, plan: Plan): Promise<Shelf | undefined> {
  const kind = kinds.find(({ key }) => bodyOf(body, key) !== undefined)
  if (kind === undefined) return undefined
  const { pools, log, limits, metrics } = site
  const { fields, ...own } = plan
  const tls = own.tls ?? site.program.plan.tls
  const credentials = own.credentials ?? site.program.plan.credentials
  const below = inside(site, [...path, kind.key])
  const config = bodyOf(body, kind.key)
  const upstream = await kind.compile(config, {
    path: below.path,
    problem: (at, message, hint) => below.problem(at, message, hint),
    warning: (at, message, hint) => below.warning(at, message, hint),
    proof: (at, proof) => proofOf(proof, inside(below, at)),
    target: targetName(body.name),
    tls,
    fields,
    credentials,
    pools,
    log,
    limits,
    metrics,
    backend: (name) => site.backend(name),
    read: (file) => below.read(file),
    keep: (key, make) => site.keep(key, make),
  })
  if (upstream === undefined) return undefined
  // An unchanged target stays as it is, with its conversations: the upstream made just now has not been used.
  const made = print([kind.key, config, tls, fields, credentials?.print, limits, upstream.print])
  const personal = upstream.personal ?? credentials?.personal === true
  const shelf = { upstream, limits, log, metrics, version, personal }
  return site.keep(`mcp target ${body.name} ${made}`, () => new Shelf({ ...shelf, standIn: standInOf(shelf, site) }))
}

/** What proves who asks, written where only a target can tell what it is for. */
function proofOf(body: unknown, site: BackendSite): Credentials | undefined {
  const parsed = backendAuth.schema.safeParse(body)
  for (const { path, message } of parsed.error?.issues ?? [])
    site.problem(
      path.map((key) => (typeof key === 'symbol' ? key.toString() : key)),
      message,
    )
  const policy = parsed.success ? backendAuth.compile(parsed.data, site) : undefined
  return policy instanceof Promise ? undefined : policy?.plan?.credentials
}

type Standing = { readonly upstream: Upstream; readonly personal: boolean }

/** What people see of a target before they have logged in there. */
function standInOf({ upstream, personal }: Standing, { store, log }: BackendSite): StandIn | undefined {
  const { target, endpoint: place, credentials } = upstream
  // What is the same for everybody needs nobody's login to be shown.
  if (credentials === undefined || !personal) return undefined
  return new StandIn({ target, place, shared: credentials.shared, store, log })
}

/** The target's own policies; those that are not built are reported. */
function policiesOf(body: Target, path: Path, site: BackendSite): readonly Policy[] {
  const compiled: Policy[] = []
  for (const [key, own] of Object.entries(body.policies ?? {})) {
    if (own === undefined || own === null) continue
    const at = [...path, 'policies', key]
    const module = built.find((each) => each.key === key)
    const policy = module?.compile(own, inside(site, at))
    if (policy === undefined || policy instanceof Promise)
      site.problem(at, `policy \`${key}\` of a target is not built`)
    else compiled.push(policy)
  }
  return compiled
}

/** The same site for what stands at `at`. */
function inside(site: BackendSite, at: Path): BackendSite {
  return {
    ...site,
    path: [...site.path, ...at],
    problem: (below, message, hint) => site.problem([...at, ...below], message, hint),
    warning: (below, message, hint) => site.warning([...at, ...below], message, hint),
    cel: (below, source, use) => site.cel([...at, ...below], source, use),
    terms: (expression) => site.terms(expression),
    read: (file) => site.read(file),
  }
}

const bodyOf = (body: object, key: string): unknown => new Map<string, unknown>(Object.entries(body)).get(key)

/** Things made from equal settings are the same; the settings hold secrets, which a key must not. */
const print = (settings: unknown): string => hash('sha256', JSON.stringify(settings))
