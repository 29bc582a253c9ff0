// `toolgate policy explain`: may this caller do this, and why. Without a thing: a table of all there is.
import type { Expectation } from '../policy/explain-cases.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Asking, ask, verdictOf } from './policy-ask.ts'
import { callerOf, type Identity, identitiesIn } from './policy-callers.ts'
import { catalogOf, type Entry, labelOf } from './policy-catalog.ts'
import { openRulebook, type Place, type Rulebook } from './policy-config.ts'
import { exposed, oneOf, placesFor, type Request, type Wanted } from './policy-items.ts'
import { explanationJson, explanationText, type Told } from './policy-text.ts'
import { jsonDocument, marks, painter, table } from './terminal.ts'
import { isRecord } from './values.ts'

/** 0: allowed, or it depends on what is not known; 1: denied. */
export async function explain(args: Arguments, io: Io): Promise<number> {
  const [, ...more] = args.words
  if (more.length > 0)
    throw new CommandError(exit.usage, `explain does not know what to do with \`${more[0]}\``, {
      hint: `toolgate policy explain --tool ${more[0]}`,
    })
  const book = await openRulebook(args.value('file'), io)
  const identity = await callerOf(args, io)
  const taint = args
    .value('taint')
    ?.split(/[\s,]+/)
    .filter((label) => label !== '')
  const request = {
    method: args.value('method'),
    path: args.value('path'),
    headers: identity.headers,
    ...(taint !== undefined && { taint }),
  }
  const places = placesFor(book, args.value('route'), request)
  const wanted = wantedBy(args)
  if (wanted === undefined && request.path === undefined)
    return await overview(args, { book, places, identity, request }, io)
  const asking = wanted === undefined ? plain(book, places) : thing(args, book, places, wanted)
  const told = explained(book, { ...asking, identity, request })
  if (args.value('format') === 'json')
    io.stdout.write(jsonDocument({ version: 1, identity: identity.name, ...explanationJson(told) }))
  else io.stdout.write(explanationText(told, { paint: painter(io.stdout, io.env), marks: marks(io) }))
  return told.answer.verdict === 'deny' ? exit.no : exit.fine
}

/** One question with its answer, and a title for both. */
export function explained(book: Rulebook, asking: Asking): Told {
  const { place, item, identity, request } = asking
  const answer = ask(asking)
  // Whatever is passed, a list shows what some arguments may be good for.
  const listed = item === undefined ? 'deny' : verdictOf({ place, item, identity, request })
  const what = item === undefined ? `${request.method ?? 'GET'} ${request.path ?? ''}` : exposed(place, item)
  return { book, place, item, title: `${what} for ${identity.name}, route ${place.name}`, listed, answer }
}

function wantedBy(args: Arguments): Wanted | undefined {
  const given = (['tool', 'prompt', 'resource', 'task'] as const).flatMap((kind) => {
    const name = args.value(kind)
    return name === undefined ? [] : [{ kind, name }]
  })
  if (given.length > 1) throw new CommandError(exit.usage, 'one thing at a time', { hint: `--tool ${given[0]?.name}` })
  return given[0]
}

/** The first place of the route that answers: its backends are not asked. */
function plain(book: Rulebook, places: readonly Place[]): Pick<Asking, 'place'> {
  const [place, ...others] = places.filter(
    ({ route }, index) => places.findIndex((one) => one.route === route) === index,
  )
  if (place !== undefined && others.length === 0) return { place }
  throw new CommandError(exit.usage, 'several ports have a route for this', {
    where: book.file,
    hint: places.map(({ name }) => `--route ${name}`).join(', or '),
  })
}

function thing(
  args: Arguments,
  book: Rulebook,
  places: readonly Place[],
  wanted: Wanted,
): Pick<Asking, 'place' | 'item' | 'input'> {
  const { place, item } = oneOf(book, places, wanted)
  const input = inputOf(args.value('args'))
  return { place, item, ...(input !== undefined && { input }) }
}

function inputOf(given: string | undefined): Record<string, unknown> | undefined {
  if (given === undefined) return undefined
  const hint = `--args '{"key":"value"}'`
  try {
    const value: unknown = JSON.parse(given)
    if (isRecord(value)) return value
  } catch (cause) {
    throw new CommandError(exit.usage, '--args is not JSON', { cause, hint })
  }
  throw new CommandError(exit.usage, '--args is not a JSON object', { hint })
}

interface Overview {
  readonly book: Rulebook
  readonly places: readonly Place[]
  readonly identity: Identity
  readonly request: Request
}

/** What stands in the table: whether it is seen, and whether calls of it go through. */
const cells = { allow: 'yes', deny: 'no', depends: 'depends' } as const satisfies Record<Expectation, string>

/** Everything that is known, for one caller or for several. 1: there is nothing that anybody may use. */
async function overview(args: Arguments, { book, places, identity, request }: Overview, io: Io): Promise<number> {
  const file = args.value('identities')
  const identities = file === undefined ? [identity] : await identitiesIn(file, io)
  const entries = await catalogOf(args, { book, places }, io)
  const rows = entries.map((entry) => ({ entry, verdicts: identities.map((one) => verdictFor(entry, one, request)) }))
  if (args.value('format') === 'json') io.stdout.write(jsonDocument(asJson(rows, identities)))
  else {
    const several = new Set(entries.map(({ place }) => place.name)).size > 1
    const head = [...(several ? ['route'] : []), 'tool', ...identities.map(({ name }) => name)]
    const body = rows.map(({ entry, verdicts }) => [
      ...(several ? [entry.place.name] : []),
      labelOf(entry),
      ...verdicts.map((verdict) => cells[verdict]),
    ])
    io.stdout.write(table([head, ...body], io.stdout))
    io.stderr.write(painter(io.stderr, io.env)('dim', legend(places)))
  }
  return rows.length === 0 || rows.some(({ verdicts }) => verdicts.some((one) => one !== 'deny')) ? exit.fine : exit.no
}

function legend(places: readonly Place[]): string {
  const open = [...new Set(places.filter(({ explainer, targets }) => targets !== undefined && explainer.open))]
  const doors = open.map(({ name }) => `route ${name} has no mcpAuthorization: it is open\n`)
  return [
    'yes: listed and callable; depends: listed, each call is decided by itself; no: neither. *: all that no rule names\n',
    ...doors,
  ].join('')
}

const verdictFor = ({ place, item }: Entry, identity: Identity, request: Request): Expectation =>
  verdictOf({ place, item, identity, request: { ...request, headers: identity.headers } })

function asJson(
  rows: readonly { readonly entry: Entry; readonly verdicts: readonly Expectation[] }[],
  identities: readonly Identity[],
): object {
  return {
    version: 1,
    identities: identities.map(({ name }) => name),
    items: rows.map(({ entry: { place, item, shown }, verdicts }) => ({
      route: place.name,
      ...(item === undefined ? { kind: 'request' } : item),
      name: shown,
      verdicts: Object.fromEntries(identities.map(({ name }, index) => [name, cells[verdicts[index] ?? 'deny']])),
    })),
  }
}
