// Decisions as records: what was asked, by whom as far as rules look at it, what came out and why; and the way back from a record.
import { hash } from 'node:crypto'
import { HostObject, Unknown, type Value } from '../cel/value.ts'
import { pathText } from '../config/problems.ts'
import type { Exchange, Reply } from '../core/exchange.ts'
import type { Item } from '../core/item.ts'
import { withoutSecrets } from '../telemetry/access-log.ts'
import type { Decisions } from '../telemetry/decisions.ts'
import { contextOf } from './context.ts'
import { credentialHeaders } from './context-headers.ts'
import type { RuleSet, Written } from './explain.ts'
import { pathsOf, ruleSetsOf } from './explain.ts'
import { asValues } from './explain-context.ts'
import { type FactPath, factAt, factPaths, factText } from './explain-facts.ts'
import type { Policy, Site, Verdict } from './policy.ts'
import { asAnybodyReads } from './readings.ts'
import type { Decision } from './rules.ts'

/** One line of the log. Facts are written `jwt.groups`, `request.headers["x-tenant"]`. */
export interface DecisionRecord {
  readonly v: 1
  readonly time: string
  /** The request's id: of one request there can be several decisions. */
  readonly id: string
  readonly port: number
  readonly route: string
  readonly method: string
  readonly path: string
  readonly host: string
  /** `request`: whether it gets in. */
  readonly kind: 'request' | Item['kind']
  readonly target?: string
  readonly name?: string
  readonly backend?: string
  /** SHA-256 of the arguments as JSON; and themselves, where the configuration says so. */
  readonly digest?: string
  readonly arguments?: unknown
  readonly verdict: 'allow' | 'deny'
  readonly because: Decision['because']
  /** Place of the rule, or of the set when no rule of it settled it. */
  readonly by: string
  /** What has been found out about the caller at all. */
  readonly known: readonly ('jwt' | 'apiKey' | 'user')[]
  readonly user?: string
  readonly facts: { readonly [fact: string]: unknown }
  /** Facts that rules look for and that are not there. */
  readonly absent: readonly string[]
}

/** Longest fact that is kept, in characters of JSON. */
const LONGEST_FACT = 2_048
const LONGEST_ARGUMENTS = 16_384

const secrets: ReadonlySet<string> = new Set(['jwt.rawToken', 'apiKey.key'])
const kept: ReadonlySet<string> = new Set(['jwt', 'apiKey', 'source', 'extauthz', 'extproc', 'metadata'])

/** A fact that a record may hold: named by a rule, no credential, and no root as a whole. */
function isKept(path: FactPath): boolean {
  const [root = '', field, header] = path
  if (root === 'request')
    return field === 'headers' && header !== undefined && !credentialHeaders.has(header.toLowerCase())
  if (root === 'mcp' || root === 'session') return true
  return kept.has(root) && field !== undefined && !secrets.has(`${root}.${field}`)
}

/**
 * Doors that decide nothing and write down what the rules behind them do: `authorization` for each request, `mcpAuthorization` for
 * each use of a thing. Lists are left out: they ask the same rules, thousands of times. `site` must not report: the rules are
 * compiled a second time.
 */
export function recorder(written: readonly Written[], site: Site, log: Decisions): Policy {
  const sets = ruleSetsOf(written, site)
  const facts = uniqueFacts(sets)
  const http = sets.filter(({ key }) => key === 'authorization')
  const mcp = sets.filter(({ key }) => key === 'mcpAuthorization')
  return {
    ...(http.length > 0 && {
      onRequest(x: Exchange): Reply | undefined {
        const context = contextOf(x)
        record(
          { x, facts, log },
          settled(http, ({ rules }) =>
            asAnybodyReads(
              x,
              () => rules.decide(context, undefined, undefined),
              ({ verdict }) => verdict === 'yes',
            ),
          ),
        )
        return undefined
      },
    }),
    ...(mcp.length > 0 && {
      permits(item: Item, x: Exchange, input?: unknown): Verdict {
        if (input === undefined || item.kind === 'model') return 'yes'
        const context = contextOf(x)
        const asked = mcp.filter(({ target }) => target === undefined || target === item.target)
        record(
          { x, facts, log, item, input },
          settled(asked, (set) => set.rules.decide(context, item, input)),
        )
        return 'yes'
      },
      audience: () => '',
    }),
  }
}

interface Settled {
  readonly set: RuleSet
  readonly decision: Decision
}

/** The first set that says anything but yes, else the last. */
function settled(sets: readonly RuleSet[], decide: (set: RuleSet) => Decision): Settled | undefined {
  let last: Settled | undefined
  for (const set of sets) {
    last = { set, decision: decide(set) }
    if (last.decision.verdict !== 'yes') return last
  }
  return last
}

function uniqueFacts(sets: readonly RuleSet[]): readonly FactPath[] {
  const found = new Map<string, FactPath>()
  for (const { rules } of sets)
    for (const { expression } of rules.all)
      for (const path of pathsOf(expression)) if (isKept(path)) found.set(factText(lower(path)), lower(path))
  return [...found.values()]
}

/** Names of headers are the same in any case. */
function lower(path: FactPath): FactPath {
  const [root, field, header, ...more] = path
  return root === 'request' && field === 'headers' && header !== undefined
    ? [root, field, header.toLowerCase(), ...more]
    : path
}

interface Recording {
  readonly x: Exchange
  readonly facts: readonly FactPath[]
  readonly log: Decisions
  readonly item?: Exclude<Item, { kind: 'model' }>
  readonly input?: unknown
}

function record({ x, facts, log, item, input }: Recording, found: Settled | undefined): void {
  if (found === undefined) return
  const { set, decision } = found
  const isDenied = decision.verdict !== 'yes'
  if (!log.wants(isDenied)) return
  const written: DecisionRecord = {
    v: 1,
    time: new Date().toISOString(),
    id: x.id,
    port: x.entrance.port,
    route: x.route?.route ?? '',
    method: x.request.method ?? '',
    path: withoutSecrets(x.request.url ?? ''),
    host: x.authority,
    kind: item?.kind ?? 'request',
    ...(item !== undefined && { target: item.target, name: item.name, backend: x.backend, ...inputOf(input, log) }),
    verdict: isDenied ? 'deny' : 'allow',
    because: decision.because,
    by: pathText(decision.rule?.path ?? set.path),
    known: [
      ...(x.jwt === undefined ? [] : (['jwt'] as const)),
      ...(x.apiKey === undefined ? [] : (['apiKey'] as const)),
      ...(x.basicAuth === undefined ? [] : (['user'] as const)),
    ],
    ...(x.basicAuth !== undefined && { user: x.basicAuth.username }),
    ...factsOf(x, facts),
  }
  log.write(written)
}

function inputOf(input: unknown, log: Decisions): Pick<DecisionRecord, 'digest' | 'arguments'> {
  const text = JSON.stringify(input)
  const digest = `sha256:${hash('sha256', text)}`
  return log.arguments && text.length <= LONGEST_ARGUMENTS ? { digest, arguments: input } : { digest }
}

function factsOf(x: Exchange, paths: readonly FactPath[]): Pick<DecisionRecord, 'facts' | 'absent'> {
  const facts: [string, unknown][] = []
  const absent: string[] = []
  for (const path of paths) {
    const [root, field, header = ''] = path
    if (root === 'request' && field === 'headers' && x.entrance.sensitiveHeaders?.has(header) === true) continue
    const fact = factAt(contextOf(x), path)
    if (fact.kind === 'absent') absent.push(factText(path))
    // What is too long is not known to whoever reads the record, which is not the same as being absent.
    if (fact.kind === 'known' && JSON.stringify(fact.value).length <= LONGEST_FACT)
      facts.push([factText(path), fact.value])
  }
  return { facts: Object.fromEntries(facts), absent }
}

/** Facts of a record for rules that are asked again: what it does not say is not known. */
export function recordedFacts({
  facts,
  absent,
}: Pick<DecisionRecord, 'facts' | 'absent'>): (path: FactPath) => Value | undefined {
  const there = asValues(facts)
  const names = [...Object.keys(facts), ...absent].flatMap((text) => factPaths(text).slice(0, 1))
  const gone = new Set(absent)
  const look = (path: FactPath): Value | undefined => {
    const text = factText(lower(path))
    if (Object.hasOwn(there, text)) return there[text]
    if (gone.has(text)) return undefined
    // Of something that lies above, only that it exists can be told: when something below it does.
    const isAbove = names.some(
      (name) =>
        name.length > path.length && path.every((key, index) => name[index] === key) && !gone.has(factText(name)),
    )
    const isRoot = path.length === 2 && path[0] === 'request'
    return isAbove || isRoot ? new Recorded(path, look) : new Unknown(text)
  }
  return look
}

/** Something of which a record knows parts. */
class Recorded extends HostObject {
  readonly #path: FactPath
  readonly #look: (path: FactPath) => Value | undefined

  constructor(path: FactPath, look: (path: FactPath) => Value | undefined) {
    super()
    this.#path = path
    this.#look = look
  }

  get(field: string): Value | undefined {
    return this.#look([...this.#path, field])
  }

  override call(): Value {
    return new Unknown(factText(this.#path))
  }

  plain(): Value {
    return new Unknown(factText(this.#path))
  }
}
