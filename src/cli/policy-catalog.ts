// What there is to decide on: things that rules name, a list in a file, or what the upstreams offer now.

import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { parse } from 'yaml'
import type { Body, RouteShape, Shape } from '../config/shape.ts'
import { targetName } from '../core/brand.ts'
import { Gateway } from '../gateway/gateway.ts'
import { silent } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { ConfigFiles } from './config-files.ts'
import { contentOf } from './policy-callers.ts'
import type { Place, Rulebook } from './policy-config.ts'
import { itemIn, methodTo, namedItems, otherName, pathTo, type ServerItem, type Wanted } from './policy-items.ts'
import { oneLine, Progress } from './terminal.ts'
import { isRecord, textOf } from './values.ts'

export interface Entry {
  readonly place: Place
  /** `undefined`: a plain request, where there is no MCP server. */
  readonly item: ServerItem | undefined
  /** How output calls it; `*` stands for all that no rule names. */
  readonly shown: string
}

/**
 * Things to decide on in some places of a configuration, in order, and a request for each route without any. `--catalog` says where
 * the things are known from.
 */
export async function catalogOf(
  args: Arguments,
  { book, places }: { readonly book: Rulebook; readonly places: readonly Place[] },
  io: Io,
): Promise<readonly Entry[]> {
  const from = args.value('catalog')
  const mcp = places.filter(({ targets }) => targets !== undefined)
  const found =
    from === undefined
      ? mcp.flatMap(namedIn)
      : from === 'live'
        ? await offered(args, { book, places: mcp }, io)
        : listed(wantedIn(await contentOf(from, io.cwd), from), mcp)
  return [...found, ...places.filter(({ targets }) => targets === undefined).map(requestTo)].toSorted(inOrder)
}

export const labelOf = ({ item, shown }: Pick<Entry, 'item' | 'shown'>): string =>
  item === undefined ? shown : `${item.kind === 'tool' ? '' : `${item.kind} `}${item.target}/${shown}`

const inOrder = (a: Entry, b: Entry): number =>
  compare(a.place.name, b.place.name) ||
  compare(kindOf(a), kindOf(b)) ||
  compare(a.item?.target ?? '', b.item?.target ?? '') ||
  Number(a.shown === '*') - Number(b.shown === '*') ||
  compare(a.shown, b.shown)

/** Tools come first. */
const kindOf = ({ item }: Entry): string => (item?.kind === 'tool' ? '' : (item?.kind ?? ''))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const requestTo = (place: Place): Entry => ({ place, item: undefined, shown: `${methodTo(place)} ${pathTo(place)}` })

function namedIn(place: Place): readonly Entry[] {
  const named = namedItems(place).map(({ item, shown }) => ({ place, item, shown }))
  const others = (place.targets ?? []).map((target) => ({
    place,
    item: { kind: 'tool' as const, target: targetName(target), name: otherName },
    shown: '*',
  }))
  return [...named, ...others]
}

const kinds = [
  ['tools', 'tool', 'name'],
  ['prompts', 'prompt', 'name'],
  ['resources', 'resource', 'uri'],
] as const

/** A catalogue in a file: `tools: [name, …]`, or what `toolgate tools list --format json` prints. */
function wantedIn(text: string, file: string): readonly Wanted[] {
  const refused = (message: string, cause?: unknown): CommandError =>
    new CommandError(exit.unasked, `${file} ${message}`, {
      cause,
      hint: 'toolgate tools list --format json > catalog.json',
    })
  let written: unknown
  try {
    written = parse(text)
  } catch (cause) {
    throw refused('is neither YAML nor JSON', cause)
  }
  if (!isRecord(written) || !kinds.some(([key]) => Array.isArray(written[key])))
    throw refused('is no catalogue: it has no list of `tools`, `prompts` or `resources`')
  return kinds.flatMap(([key, kind, field]): Wanted[] => {
    const list: readonly unknown[] = Array.isArray(written[key]) ? written[key] : []
    return list.flatMap((one) => {
      const name = typeof one === 'string' ? one : isRecord(one) ? textOf(one[field]) : ''
      return name === '' ? [] : [{ kind, name }]
    })
  })
}

function listed(wanted: readonly Wanted[], places: readonly Place[]): readonly Entry[] {
  return places.flatMap((place) =>
    wanted.flatMap((one): Entry[] => {
      const item = itemIn(place, one)
      return item === undefined ? [] : [{ place, item, shown: item.name }]
    }),
  )
}

interface Source {
  readonly target: string
  readonly route: RouteShape
  readonly places: readonly Place[]
}

/** Asks every upstream for its tools, each behind a route of its own that only this command knows. */
async function offered(
  args: Arguments,
  { book, places }: { readonly book: Rulebook; readonly places: readonly Place[] },
  io: Io,
): Promise<readonly Entry[]> {
  // Whoever is on this machine could use the upstreams through these routes: nobody can guess their paths.
  const secret = randomBytes(24).toString('hex')
  const sources = sourcesOf(places, secret)
  const progress = new Progress(io.stderr, `asking ${sources.length} targets`, args.has('quiet'))
  const files = new ConfigFiles(io.cwd)
  await using gateway = await Gateway.start(onlyUpstreams(book.shape, sources), {
    log: silent,
    metrics: createMetrics({ version: '', process: false }),
    accessLog: () => undefined,
    read: files.read,
    host: '127.0.0.1',
  })
  const { open } = await import('./conversation.ts')
  const found = await Promise.all(
    sources.map(async ({ target, places: of, route }): Promise<Entry[]> => {
      const address = new URL(`http://127.0.0.1:${gateway.ports.get(0)}${route.matches[0]?.path.value ?? ''}`)
      const bounds = { signal: io.signal, timeoutMs: Number(args.value('timeout') ?? '15') * 1_000 }
      try {
        await using conversation = await open(address, new Headers(), bounds)
        const names = (await conversation.tools()).map((tool) => textOf(tool['name']))
        const item = (name: string): ServerItem => ({ kind: 'tool', target: targetName(target), name })
        return of.flatMap((place) => names.map((name) => ({ place, item: item(name), shown: name })))
      } catch (thrown) {
        if (!(thrown instanceof CommandError)) throw thrown
        const said = thrown.message.replaceAll(secret, '…')
        io.stderr.write(`${oneLine(`${target} is left out: ${said}`)}\n`)
        return []
      }
    }),
  ).finally(() => progress.end())
  return found.flat()
}

/** Policies that say who may come in; the others say how an upstream is reached. */
const asking: ReadonlySet<string> = new Set([
  'authorization',
  'mcpAuthorization',
  'mcpAuthentication',
  'jwtAuth',
  'apiKey',
  'basicAuth',
  'oidc',
  'extAuthz',
])

const reaching = (bodies: readonly Body[]): readonly Body[] => bodies.filter(({ key }) => !asking.has(key))

function sourcesOf(places: readonly Place[], secret: string): readonly Source[] {
  const byBackend = Map.groupBy(places, ({ backend }) => backend?.path.join('.') ?? '')
  return [...byBackend].flatMap(([, of], index) => {
    const [first] = of
    const body = first?.backend?.body
    if (first?.backend === undefined || !isRecord(body) || !Array.isArray(body['targets'])) return []
    const { backend } = first
    return body['targets'].filter(isRecord).map((target, at): Source => {
      const value = path.posix.join('/', secret, String(index), String(at))
      const alone = { ...target, policies: isRecord(target['policies']) ? withoutRules(target['policies']) : undefined }
      return {
        target: textOf(target['name']),
        places: of,
        route: {
          name: value,
          rule: value,
          hostnames: [],
          matches: [{ path: { kind: 'exact', value }, method: undefined, headers: [], query: [], at: [] }],
          policies: [],
          backends: [
            {
              ...backend,
              weight: 1,
              body: { ...body, targets: [alone], prefixMode: 'never' },
              policies: reaching(backend.policies),
              path: [...backend.path, `target ${at}`],
            },
          ],
          path: backend.path,
        },
      }
    })
  })
}

function withoutRules(policies: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept = Object.entries(policies).filter(([key]) => !asking.has(key))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** The configuration with nothing but ways to its upstreams. */
function onlyUpstreams(shape: Shape, sources: readonly Source[]): Shape {
  const name = 'policy'
  const listener = {
    name,
    gateway: name,
    protocol: 'HTTP',
    hostname: undefined,
    tls: undefined,
    policies: [],
    routes: sources.map(({ route }) => route),
    path: [],
  } as const
  return { ...shape, binds: [{ port: 0, name, listeners: [listener], path: [] }] }
}
