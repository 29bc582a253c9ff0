// One operation → one tool, with everything decided that can be decided before it is called.
import type { JsonObject } from '../core/item.ts'
import { type Answer, answersOf, type Body, requestBody, sendable, swaggerBody } from './bodies.ts'
import { checkedChoices, splitChoices } from './choice-check.ts'
import type { Decision } from './choices.ts'
import { type Budget, Definitions, OverBudget } from './definitions.ts'
import { annotationsOf, answersSaid, descriptionOf, titleOf } from './describe.ts'
import type { Version } from './dialect.ts'
import { bodyPlan, fieldOf, flatMembers } from './input.ts'
import { type Arguments, flat, flatNames, grouped } from './layout.ts'
import type { Limits } from './limits.ts'
import type { LossCode } from './loss.ts'
import { acceptHeader } from './media.ts'
import type { Found } from './operations.ts'
import { outputOf } from './output.ts'
import { pagePlan } from './pages.ts'
import { type Note, type Parameter, parametersOf } from './parameters.ts'
import { Place } from './place.ts'
import type { BodyPlan, Field, Plan, PlannedTool, Segment } from './plan.ts'
import { Broken, type References } from './references.ts'
import type { Report } from './report.ts'
import type { Translator } from './schema.ts'
import { alternativesOf, repeats, usedAlternative } from './security.ts'
import type { Servers } from './servers.ts'
import { fitted } from './size.ts'
import { type Piece, template } from './template.ts'
import { shortened } from './text.ts'
import type { Options, Scheme } from './tool.ts'
import { fields as fieldsOf } from './value.ts'

/** What all operations of a document share. */
export interface Shared {
  readonly references: References
  readonly version: Version
  readonly options: Options
  readonly limits: Limits
  readonly request: Translator
  readonly response: Translator | undefined
  readonly servers: Servers
  readonly schemes: ReadonlyMap<string, Scheme>
  readonly report: Report
  /** For arguments, and for answers: large answers must not cost anybody the arguments. */
  readonly budgets: { readonly request: Budget; readonly response: Budget }
}

interface Input {
  readonly parameters: readonly Parameter[]
  readonly body: Body | undefined
  readonly answers: readonly Answer[]
  readonly segments: readonly Segment[]
  readonly query: readonly (string | number)[]
}

/** Throws `Broken` for what spoils the operation. */
export function makeTool(found: Found, name: string, decision: Decision, shared: Shared): PlannedTool {
  const { names, place, item } = found
  const { request, options, schemes, report } = shared
  const operation = `${names.method} ${names.path}`
  const already = [request.hidden.length, shared.response?.hidden.length ?? 0] as const
  const server = shared.servers.of(place, item)
  const alternatives = alternativesOf(place, shared.references.root)
  const security = usedAlternative(alternatives, options.credentials ?? new Set())
  const used = (security ?? []).flatMap((one) => {
    const scheme = schemes.get(one)
    return scheme === undefined ? [] : [[one, scheme] as const]
  })
  const input = inputOf(
    found,
    operation,
    shared,
    used.map(([, scheme]) => scheme),
  )
  const { args, fields, body } = argumentsOf(input, found, decision, shared)
  const output = outputFor(input, found, operation, shared)
  const definition = definitionOf(name, found, { args, output, input, decision }, shared)
  const plan: Plan = {
    ...planOf(shared),
    // Reading twice changes nothing; whatever else may be called a page is asked for by whoever wants it.
    pages: names.method === 'GET' ? (decision.pages ?? options.pages ?? 1) : 1,
    segments: input.segments,
    query: input.query,
    fields,
    groups: args.groups,
    neededGroups: args.neededGroups,
    destinations: args.destinations,
    body,
    accept: acceptHeader(
      input.answers
        .filter(({ status }) => /^2|^default$/i.test(status))
        .flatMap(({ media }) => media.map(({ type }) => type)),
    ),
    definitions: args.definitions,
    schemes: used,
    outputRoot: output?.root,
    strictOutput: options.outputSchema === 'strict' ? output?.shown : undefined,
    page: pagePlan(fields, input.answers, names, shared.references),
    answerHeaders: input.answers.flatMap(({ status, place: at }) =>
      status.startsWith('2') ? Object.keys(fieldsOf(fieldsOf(at.value)['headers'])) : [],
    ),
  }
  if (security === undefined && options.credentials !== undefined && options.credentials.size > 0)
    report.note(place, { code: 'openapi.server', operation, problem: unfilled(alternatives) })
  const hidden = [...request.hidden.slice(already[0]), ...(shared.response?.hidden.slice(already[1]) ?? [])]
  return { name, definition, operation: names, server, security, alternatives, confirm: decision.confirm, plan, hidden }
}

const unfilled = (alternatives: readonly (readonly string[])[]): string =>
  `none of its security alternatives is filled: ${alternatives.map((one) => one.join(' + ')).join(', or ')}`

interface Shown {
  readonly args: Arguments
  readonly output: { readonly shown: JsonObject } | undefined
  readonly input: Input
  readonly decision: Decision
}

function definitionOf(
  name: string,
  found: Found,
  { args, output, input, decision }: Shown,
  shared: Shared,
): JsonObject {
  const { names, place, item } = found
  const { request, options } = shared
  const title = titleOf(place, request.hidden)
  const more = options.descriptions === 'full' ? moreOf(found, input, shared) : []
  return {
    name,
    ...(title !== undefined && { title }),
    description: cut(descriptionOf({ names, place, item, decision, more }, request.hidden), found, shared),
    inputSchema: sized(args.schema, found, `${names.method} ${names.path}`, shared),
    ...(output !== undefined && { outputSchema: output.shown }),
    annotations: annotationsOf(names, title, decision.annotations),
  }
}

/** Ends with a sentence where one ends in time; that something is missing is told, and not only by the dots. */
function cut(description: string, { names, place }: Found, { limits, report }: Shared): string {
  const bytes = Buffer.byteLength(description)
  if (bytes <= limits.descriptionBytes) return description
  report.note(place, {
    code: 'openapi.limit',
    operation: `${names.method} ${names.path}`,
    problem: `its description has ${bytes} bytes, more than descriptionBytes: ${limits.descriptionBytes}`,
    fix: 'the rest is left out',
  })
  return shortened(description, limits.descriptionBytes)
}

/** What all plans of a document have in common. */
function planOf({ options, limits }: Shared) {
  const asOriginal = options.compatibility === 'agentgateway'
  return {
    layout: options.arguments ?? 'grouped',
    otherQuery: asOriginal ? 'send' : 'refuse',
    results: options.results ?? 'compatible',
    asOriginal,
    target: options.target ?? 'target',
    maxEvents: options.maxEvents ?? 100,
    urlBytes: limits.urlBytes,
    headerBytes: limits.headerBytes,
    bodyBytes: limits.bodyBytes,
    pattern: options.pattern,
    checks: undefined,
    outputCheck: undefined,
  } satisfies Partial<Plan>
}

/** Parameters that are sent, the path they stand in, the body, and the answers. */
function inputOf(found: Found, operation: string, shared: Shared, given: readonly Scheme[]): Input {
  const { references, version, limits, report } = shared
  const { place } = found
  const noting =
    (code: LossCode): Note =>
    (at, problem, fix) =>
      report.note(at, { code, operation, problem, fix })
  const note = noting('openapi.parameter')
  const read = parametersOf(found, references, version, note)
  if (read.sent.length + read.body.length > limits.parameters)
    throw new Broken(place, 'openapi.limit', `the operation has more than parameters: ${limits.parameters}`)
  const kept = read.sent.filter((one) => one.in === 'path' || !repeats(one, given))
  const parameters = inPath(found, kept, note, limits)
  const form = read.body.filter((one) => one.in === 'body' || !repeats(one, given))
  const written =
    version.dialect === '2.0' ? swaggerBody(place, references.root, form, note) : requestBody(place, references)
  const body = written && sendable(written, noting('openapi.media'))
  const broken = (thrown: unknown): void => report.broken(thrown, operation, 'warning')
  const answers = answersOf(place, { root: references.root, references, version, broken })
  const indices = new Map(
    [...parameters.entries()].flatMap(([index, one]) => (one.in === 'path' ? [[one.name, index] as const] : [])),
  )
  const { path, query } = templateOf(found, parameters)
  const placed = (pieces: readonly Piece[]): readonly (string | number)[] =>
    pieces.map((piece) => (piece.kind === 'literal' ? piece.text : (indices.get(piece.name) ?? '')))
  return { parameters, body, answers, segments: segmentsOf(placed(path)), query: placed(query) }
}

const templateOf = ({ names }: Found, parameters: readonly Parameter[]): ReturnType<typeof template> =>
  template(names.path, new Set(parameters.filter((one) => one.in === 'path').map(({ name }) => name)))

/** Every placeholder gets a parameter, and no path parameter is left without one. */
function inPath(found: Found, parameters: readonly Parameter[], note: Note, limits: Limits): readonly Parameter[] {
  const { names, place } = found
  if (Buffer.byteLength(names.path) > limits.templateBytes)
    throw new Broken(place, 'openapi.limit', `the path has more than templateBytes: ${limits.templateBytes}`)
  const { names: placeholders } = templateOf(found, parameters)
  const operators = [...names.path.matchAll(/\{([^{}]+)\}/g)].filter(([, one = '']) => !placeholders.includes(one))
  if (operators.length > 0)
    note(
      place,
      `the path has operators in its placeholders: ${operators.map(([whole]) => whole).join(', ')}`,
      'they are no part of the name',
    )
  const known = new Set(placeholders)
  const kept = parameters.filter((one) => {
    if (one.in !== 'path' || known.has(one.name)) return true
    const nearest =
      placeholders.length === 0
        ? 'the path has none'
        : `the path has ${placeholders.map((each) => `{${each}}`).join(', ')}`
    note(one.place, `"${one.name}" has no placeholder {${one.name}}`, nearest)
    return false
  })
  const declared = new Set(kept.filter((one) => one.in === 'path').map(({ name }) => name))
  const missing = placeholders.filter((one) => !declared.has(one))
  for (const one of missing)
    note(place, `the placeholder {${one}} has no parameter`, 'it is taken for a required string')
  return [...missing.map((name) => synthesised(name, place)), ...kept]
}

function synthesised(name: string, { file, pointer }: Place): Parameter {
  const place = new Place(file, { name, in: 'path', required: true, schema: { type: 'string' } }, pointer)
  return {
    place,
    in: 'path',
    name,
    required: true,
    schema: place.at('schema'),
    style: 'simple',
    explode: false,
    allowReserved: false,
    content: undefined,
  }
}

function segmentsOf(pieces: readonly (string | number)[]): readonly Segment[] {
  const segments: (string | number)[][] = [[]]
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      segments.at(-1)?.push(piece)
      continue
    }
    const [first = '', ...rest] = piece.split('/')
    if (first !== '') segments.at(-1)?.push(first)
    for (const text of rest) segments.push(text === '' ? [] : [text])
  }
  // What stands before the first slash is nothing.
  return segments.slice(1).map((all) => ({ pieces: all, open: all.some((piece) => typeof piece === 'number') }))
}

interface Made {
  readonly args: Arguments
  readonly fields: readonly Field[]
  readonly body: BodyPlan | undefined
}

function argumentsOf(input: Input, found: Found, decision: Decision, shared: Shared): Made {
  const { request, options, limits } = shared
  const { parameters, body } = input
  const budget = shared.budgets.request.part('schemaSteps', limits.schemaSteps)
  const isFlat = options.arguments === 'flat'
  const choices = splitChoices(decision, input, found)
  const first = body === undefined ? undefined : bodyPlan(body, choices.members, '/body', request)
  const members = isFlat && first !== undefined ? flatMembers(first) : undefined
  const shownMembers =
    members ?? (first === undefined ? [] : ['body', ...(first.types.length > 1 ? ['contentType'] : [])])
  const nameOf = flatNames(parameters, shownMembers)
  const declared = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name))
  const cookies = new Set(parameters.filter((one) => one.in === 'cookie').map(({ name }) => name))
  const fields = parameters.map((one) =>
    fieldOf(one, request, {
      choice: choices.parameters.get(one),
      declared: new Set([...(one.in === 'cookie' ? cookies : declared)].filter((name) => name !== one.name)),
      headerBytes: limits.headerBytes,
      flat: isFlat ? nameOf(one.in, one.name) : undefined,
    }),
  )
  const at = members === undefined ? `/${isFlat ? nameOf('body', 'body') : 'body'}` : ''
  const plan = body === undefined || at === '/body' ? first : bodyPlan(body, choices.members, at, request)
  checkedChoices(fields, plan, choices, { request, found, pattern: options.pattern, budget })
  const definitions = new Definitions(request, options.inline === true, budget)
  const parts = { fields, body: plan, translator: request, definitions }
  const args = isFlat ? flat({ ...parts, nameOf }) : grouped(parts)
  return { args, fields: args.fields, body: args.body }
}

function outputFor(
  { answers }: Input,
  { names, place }: Found,
  operation: string,
  shared: Shared,
): { readonly shown: JsonObject; readonly root: 'object' | 'data' | 'either' } | undefined {
  const { response, report, limits, budgets } = shared
  if (response === undefined) return undefined
  try {
    const output = outputOf(answers, names.method, response, budgets.response.part('schemaSteps', limits.schemaSteps))
    if (output === undefined) return undefined
    const { schema, fits, lost } = fitted(output.schema, limits.definitionBytes)
    if (fits) return { shown: schema, root: output.root }
    report.note(place, {
      code: 'openapi.limit',
      operation,
      problem: `its answers have a schema of more than definitionBytes: ${limits.definitionBytes}, even without ${lost.join(' and ')}`,
      fix: 'no outputSchema is shown',
    })
    return undefined
  } catch (thrown) {
    // Answers are not needed to ask: the tool does without.
    if (thrown instanceof OverBudget)
      report.note(place, {
        code: 'openapi.limit',
        operation,
        problem: `the schema of its answers: ${thrown.message}`,
        fix: 'no outputSchema is shown',
      })
    else report.broken(thrown, operation, 'warning')
    return undefined
  }
}

function sized(schema: JsonObject, { place }: Found, operation: string, { limits, report }: Shared): JsonObject {
  const { schema: shown, lost, fits } = fitted(schema, limits.definitionBytes)
  if (lost.length > 0)
    report.note(place, {
      code: 'openapi.limit',
      operation,
      problem: `its arguments have a schema of more than definitionBytes: ${limits.definitionBytes}; ${lost.join(' and ')} are left out${fits ? '' : ', and that is not enough'}`,
    })
  return shown
}

function moreOf({ names }: Found, { answers, parameters }: Input, { references, request }: Shared): readonly string[] {
  const paged = parameters.some(
    ({ in: where, name }) =>
      where === 'query' &&
      /^(?:cursor|page|page_?token|after|offset|marker|continuation_?token|starting_after)$/i.test(name),
  )
  const said = answersSaid(answers, references, request.hidden)
  return [
    ...(names.deprecated ? ['Deprecated.'] : []),
    ...(said === undefined ? [] : [said]),
    ...(paged
      ? ['Answers come in pages; a result names the arguments of the next page in _meta.next where it knows them.']
      : []),
  ]
}
