// Which thing of which place a name means: as clients see it, or as `target/name`.
import type { Ast } from '../cel/ast.ts'
import { parse } from '../cel/parser.ts'
import { pathOf, walk } from '../cel/walk.ts'
import { nearestWord } from '../config/suggest.ts'
import { targetName } from '../core/brand.ts'
import type { Item, ItemKind } from '../core/item.ts'
import { type Matchable, Router } from '../gateway/match.ts'
import { assumedExchange } from '../policy/explain-context.ts'
import type { Rule } from '../policy/rule.ts'
import { CommandError, exit } from './command.ts'
import type { Place, Rulebook } from './policy-config.ts'

export type ServerItem = Extract<Item, { kind: ItemKind }>

/** What is asked about, as it was written. */
export interface Wanted {
  readonly kind: 'tool' | 'prompt' | 'resource' | 'task'
  readonly name: string
}

/** A plain request, as far as it matters which route answers it. */
export interface Request {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Labels that the session has met; absent: not known. */
  readonly taint?: readonly string[]
}

/** The thing that a name means in a place; `undefined`: nothing there can be called that. */
export function itemIn(place: Place, { kind, name }: Wanted): ServerItem | undefined {
  const [only, ...more] = place.targets ?? []
  if (only === undefined) return undefined
  const of = (target: string, own: string): ServerItem => ({ kind, target: targetName(target), name: own })
  const split = splitName(place.targets ?? [], name, kind)
  if (split !== undefined && (split.joint === '/' || place.prefixed || kind === 'resource' || kind === 'task'))
    return of(split.target, split.name)
  if (more.length === 0 && !(place.prefixed && kind !== 'resource' && kind !== 'task')) return of(only, name)
  return undefined
}

interface Split {
  readonly target: string
  readonly joint: string
  readonly name: string
}

/** Takes a name apart at the longest target that it begins with. */
function splitName(targets: readonly string[], name: string, kind: Wanted['kind']): Split | undefined {
  const joints = kind === 'resource' || kind === 'task' ? ['/', '+'] : ['/', '_']
  const app = kind === 'resource' && name.startsWith('ui://') ? 'ui://' : ''
  const rest = name.slice(app.length)
  for (const target of targets.toSorted((a, b) => b.length - a.length)) {
    const joint = rest.charAt(target.length)
    if (rest.startsWith(target) && joints.includes(joint) && rest.length > target.length + 1)
      return { target, joint, name: app + rest.slice(target.length + 1) }
  }
  return undefined
}

/** How clients call a thing; what cannot be spelled so is `target/name`. */
export function exposed(place: Place, { kind, target, name }: ServerItem): string {
  const several = (place.targets?.length ?? 0) > 1
  if (kind === 'tool' || kind === 'prompt')
    return place.prefixed ? `${target}_${name}` : several ? `${target}/${name}` : name
  return several ? `${target}+${name}` : name
}

/** Places of the route that the flags mean. */
export function placesFor(book: Rulebook, route: string | undefined, request: Request): readonly Place[] {
  if (route?.startsWith('/') === true) return matching(book, { ...request, path: route })
  if (route !== undefined) {
    const found = book.places.filter((place) => [place.name, place.route.name, place.route.rule].includes(route))
    if (found.length > 0) return found
    const known = book.places.map(({ name }) => name)
    const near = nearestWord(route, known)
    throw new CommandError(exit.usage, `there is no route \`${route}\``, {
      where: book.file,
      hint: `--route ${near ?? known[0] ?? '/'}`,
    })
  }
  return request.path === undefined ? book.places : matching(book, request)
}

function matching(book: Rulebook, request: Request): readonly Place[] {
  const found = book.shape.binds.flatMap((bind) =>
    bind.listeners.flatMap((listener) => {
      const router = new Router<Matchable>(listener.routes)
      const [first] = book.places.filter((place) => place.listener === listener)
      if (first === undefined) return []
      const path = request.path ?? '/'
      const x = assumedExchange({
        ...request,
        entrance: first.entrance,
        route: { route: '', rule: '' },
        method: request.method ?? 'POST',
        path,
        caller: {},
      })
      const route = router.match(x)
      return book.places.filter((place) => place.listener === listener && place.route === route)
    }),
  )
  if (found.length > 0) return found
  throw new CommandError(exit.usage, `no route answers ${request.method ?? 'POST'} ${request.path ?? '/'}`, {
    where: book.file,
    hint: `--route ${book.places[0]?.name ?? 'NAME'}`,
  })
}

/** A path that leads to a place. */
export function pathTo({ route }: Place): string {
  const [first] = route.matches
  return first === undefined || first.path.kind === 'regex' ? '/' : first.path.value
}

/** The method of requests that a place is asked about when none is named. */
export const methodTo = ({ route, targets }: Place): string =>
  route.matches[0]?.method ?? (targets === undefined ? 'GET' : 'POST')

/**
 * The one place and thing that are meant.
 * @throws CommandError with exit code 2 when it is none, or could be several
 */
export function oneOf(
  book: Rulebook,
  places: readonly Place[],
  wanted: Wanted,
): { readonly place: Place; readonly item: ServerItem } {
  const all = places.flatMap((place) => {
    const item = itemIn(place, wanted)
    return item === undefined ? [] : [{ place, item }]
  })
  // Where names carry no target everything is possible: where the name has a target in it, that is meant.
  const named = all.filter(({ item }) => item.name !== wanted.name)
  const found = named.length > 0 ? named : all
  const [first, second] = found
  if (first === undefined) throw nothing(book, places, wanted)
  if (second === undefined) return first
  throw new CommandError(exit.usage, `\`${wanted.name}\` could be on ${found.length} routes`, {
    where: book.file,
    hint: found.map(({ place }) => `--route ${place.name}`).join(', or '),
  })
}

function nothing(book: Rulebook, places: readonly Place[], { kind, name }: Wanted): CommandError {
  const targets = [...new Set(places.flatMap((place) => place.targets ?? []))]
  if (targets.length === 0)
    return new CommandError(exit.usage, 'no MCP server is behind this route', {
      where: book.file,
      hint: `--route ${book.places.find((place) => place.targets !== undefined)?.name ?? 'NAME'}`,
    })
  const near = nearestWord(name.split(/[/_+]/)[0] ?? '', targets) ?? targets[0]
  return new CommandError(exit.usage, `no target can have a ${kind} \`${name}\`: targets are ${targets.join(', ')}`, {
    where: book.file,
    hint: `--${kind} ${near}/${name.replace(/^[^/_+]*[/_+]/, '')}`,
  })
}

/** A name that no rule has in mind. */
export const otherName = 'any-other-00f3a1'

/** A thing that rules have in mind, and how output calls its name: `read_*` stands for all that begin so. */
export interface Named {
  readonly item: ServerItem
  readonly shown: string
}

/** Things that the rules of a place name, whole or in part. */
export function namedItems(place: Place): readonly Named[] {
  const found = new Map<string, Named>()
  for (const rule of place.explainer.rules)
    for (const named of namedIn(rule, place.targets ?? [])) found.set(JSON.stringify(named.item), named)
  return [...found.values()]
}

function namedIn({ expression }: Rule, targets: readonly string[]): readonly Named[] {
  const parsed = parse(expression.source)
  if (!('ast' in parsed)) return []
  const samples = compared(parsed.ast)
  return (['tool', 'prompt', 'resource', 'task'] as const).flatMap((kind) => {
    const ofTargets = samples.filter(({ of, text, shown }) => of === `mcp.${kind}.target` && text === shown)
    const names = samples.filter(({ of }) => of === `mcp.${kind}.name`)
    const isMeant = (target: string): boolean => ofTargets.length === 0 || ofTargets.some(({ text }) => text === target)
    return targets
      .filter(isMeant)
      .flatMap((target) =>
        names.map(({ text, shown }) => ({ item: { kind, target: targetName(target), name: text }, shown })),
      )
  })
}

/** A text that some path is compared with, or one that has in it what is looked for. */
interface Sample {
  readonly of: string
  readonly text: string
  readonly shown: string
}

function compared(ast: Ast): readonly Sample[] {
  const found: Sample[] = []
  walk(ast, (node) => {
    found.push(...(node.kind === 'binary' ? equal(node) : node.kind === 'call' ? partly(node) : []))
    return true
  })
  return found
}

function equal({ operator, left, right }: Extract<Ast, { kind: 'binary' }>): readonly Sample[] {
  if (operator !== '==' && operator !== 'in') return []
  const path = pathOf(left)
  const flipped = path === undefined && operator === '==' ? pathOf(right) : undefined
  const of = (path ?? flipped)?.join('.')
  if (of === undefined) return []
  return textsIn(path === undefined ? left : right).map((text) => ({ of, text, shown: text }))
}

/** Rules on parts of names: without an example of them, what they open and close is nowhere to be seen. */
function partly({ on, name, args: [part] }: Extract<Ast, { kind: 'call' }>): readonly Sample[] {
  const of = on === undefined ? undefined : pathOf(on)?.join('.')
  const [text] = part === undefined ? [] : textsIn(part)
  if (of === undefined || text === undefined) return []
  switch (name) {
    case 'startsWith':
      return [{ of, text: `${text}${otherName}`, shown: `${text}*` }]
    case 'endsWith':
      return [{ of, text: `${otherName}${text}`, shown: `*${text}` }]
    case 'contains':
      return [{ of, text: `${otherName}${text}${otherName}`, shown: `*${text}*` }]
    default:
      return []
  }
}

function textsIn(ast: Ast): readonly string[] {
  if (ast.kind === 'list') return ast.items.flatMap(({ value }) => textsIn(value))
  return ast.kind === 'literal' && ast.value.type === 'string' ? [ast.value.value] : []
}
