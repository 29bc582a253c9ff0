// `toolgate policy diff`: what another configuration would change, over things and callers.
import type { Expectation } from '../policy/explain-cases.ts'
import { usageError } from './arguments.ts'
import { type Arguments, exit, type Io } from './command.ts'
import { ask, reasonOf, verdictOf } from './policy-ask.ts'
import { callerOf, type Identity, identitiesIn } from './policy-callers.ts'
import { catalogOf, labelOf } from './policy-catalog.ts'
import { openRulebook, type Place, type Rulebook } from './policy-config.ts'
import { pathTo, placesFor, type ServerItem } from './policy-items.ts'
import { jsonDocument, marks, oneLine, painter, table } from './terminal.ts'

/** A verdict that is another one now. */
export interface Change {
  readonly route: string
  readonly label: string
  readonly identity: string
  readonly before: Expectation
  readonly after: Expectation
  readonly why: string
  /** How often it has been decided; absent: it is no count. */
  readonly times?: number
}

/** What a change is called, in the order of their weight. */
const groups = [
  ['newly allowed', (change: Change) => change.after === 'allow'],
  ['now depends', (change: Change) => change.after === 'depends'],
  ['newly denied', (change: Change) => change.after === 'deny'],
] as const

/** 0: nothing changes, 1: something does. */
export async function diff(args: Arguments, io: Io): Promise<number> {
  const [, before, after, more] = args.words
  if (before === undefined || after === undefined || more !== undefined)
    throw usageError({ name: 'policy' }, 'diff compares two configurations: OLD NEW')
  const [old, young] = [await openRulebook(before, io), await openRulebook(after, io)]
  const file = args.value('identities')
  const identities = withNobody(file === undefined ? [await callerOf(args, io)] : await identitiesIn(file, io))
  const entries = await bothCatalogs(args, old, young, io)
  const changes = entries.flatMap((entry) => identities.flatMap((identity) => changeFor(entry, identity)))
  const facts = { items: entries.length, identities: identities.map(({ name }) => name) }
  if (args.value('format') === 'json')
    io.stdout.write(jsonDocument({ version: 1, ...facts, changes: changes.map(asJson) }))
  else io.stdout.write(changesText(changes, io))
  if (args.value('format') !== 'json') {
    io.stderr.write(painter(io.stderr, io.env)('dim', limits(args)))
    io.stderr.write(
      `${counted(entries.length, 'thing')}, ${counted(identities.length, 'caller')}: ${countText(changes.length)}\n`,
    )
  }
  return changes.length === 0 ? exit.fine : exit.no
}

/** A door that opens for everybody must not go unseen because a file names only people who can prove who they are. */
function withNobody(identities: readonly Identity[]): readonly Identity[] {
  const isNobody = ({ caller }: Identity): boolean => Object.values(caller).every((fact) => fact === undefined)
  if (identities.some(isNobody)) return identities
  return [...identities, { name: 'nobody', caller: {}, headers: {} }]
}

/** What has not been compared: "nothing changes" is said of the rest only. */
function limits(args: Arguments): string {
  const lines = [
    args.value('catalog') === undefined &&
      'names that rules mention, and * for the others: --catalog live compares all\n',
    args.value('identities') === undefined &&
      'of callers only the one of the flags, and nobody: --identities FILE compares several\n',
  ]
  return lines.filter((line) => line !== false).join('')
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const countText = (changes: number): string =>
  changes === 0 ? 'nothing changes' : `${changes} ${changes === 1 ? 'verdict changes' : 'verdicts change'}`

interface Pair {
  readonly label: string
  readonly route: string
  /** `undefined`: a plain request. */
  readonly item: ServerItem | undefined
  /** Where it is in each of the two; `undefined`: nowhere. */
  readonly old: Place | undefined
  readonly young: Place | undefined
}

/** Things of either configuration, each with its places in both. */
async function bothCatalogs(args: Arguments, old: Rulebook, young: Rulebook, io: Io): Promise<readonly Pair[]> {
  const route = args.value('route')
  const request = { method: undefined, path: undefined, headers: {} }
  const pairs = new Map<string, Pair>()
  for (const book of [old, young]) {
    const places = placesFor(book, route, request)
    for (const { place, item, shown } of await catalogOf(args, { book, places }, io)) {
      const label = labelOf({ item, shown })
      const key = `${keyOf(place)} ${label}`
      pairs.set(key, {
        label,
        route: place.name,
        item,
        old: book === old ? place : placeLike(place, item, old),
        young: book === young ? place : placeLike(place, item, young),
      })
    }
  }
  return [...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair)
}

/** Routes are the same when they are called the same; unnamed ones when they are in the same place. */
const keyOf = (place: Place): string =>
  /^route\d+/.test(place.name) ? `${place.bind.port} ${pathTo(place)}` : place.name

function placeLike(place: Place, item: ServerItem | undefined, book: Rulebook): Place | undefined {
  const has = ({ targets }: Place): boolean =>
    item === undefined ? targets === undefined : targets?.includes(item.target) === true
  return book.places.find((one) => keyOf(one) === keyOf(place) && has(one))
}

function changeFor(pair: Pair, identity: Identity): readonly Change[] {
  const { item, label, route } = pair
  const request = { method: undefined, path: undefined, headers: identity.headers }
  const verdict = (place: Place | undefined): Expectation =>
    place === undefined ? 'deny' : verdictOf({ place, item, identity, request })
  const [before, after] = [verdict(pair.old), verdict(pair.young)]
  if (before === after) return []
  const why =
    pair.young === undefined
      ? 'it is not there any more'
      : reasonOf(ask({ place: pair.young, item, identity, request }))
  return [{ route, label, identity: identity.name, before, after, why }]
}

/** Changes in groups, the doors that open first. */
export function changesText(changes: readonly Change[], io: Io): string {
  const paint = painter(io.stdout, io.env)
  const colour = { 'newly allowed': 'yellow', 'now depends': 'yellow', 'newly denied': 'red' } as const
  const mark = { 'newly allowed': marks(io).yes, 'now depends': marks(io).note, 'newly denied': marks(io).no } as const
  return groups
    .map(([name, belongs]) => {
      const found = changes.filter(belongs)
      if (found.length === 0) return ''
      const rows = found.map(({ identity, label, before, why, times }) => [
        `${mark[name]} ${oneLine(identity)}`,
        label,
        `was ${before}${times === undefined ? '' : ` ${times}×`}`,
        why,
      ])
      return `${paint('bold', paint(colour[name], name))}\n${table(rows, io.stdout)}`
    })
    .join('')
}

function asJson({ route, label, identity, before, after, why }: Change): object {
  return { route, item: label, identity, before, after, why }
}
