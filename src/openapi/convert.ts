// A document → tools: what every operation of it becomes, and what became of those that did not (reference: openapi).
import { type Decision, decide, unmatched } from './choices.ts'
import { Budget, OverBudget } from './definitions.ts'
import { versionOf } from './dialect.ts'
import { limitsWith } from './limits.ts'
import type { Library } from './load.ts'
import type { Loss } from './loss.ts'
import { makeTool, type Shared } from './maker.ts'
import { isName, namesOf } from './names.ts'
import { type Found, operationsOf } from './operations.ts'
import type { Plan, PlannedTool } from './plan.ts'
import { References } from './references.ts'
import { Report } from './report.ts'
import { Translator } from './schema.ts'
import { scoreOf } from './score.ts'
import { schemesOf } from './security.ts'
import { Servers } from './servers.ts'
import type { Conversion, Options } from './tool.ts'
import { fields, own, text } from './value.ts'

/** 64 characters: what model providers accept of a tool's name (reference: mcp, names). */
const NAME_LIMIT = 64
/** More tools than a client's model chooses among well. */
const MANY = 100

const none = { operations: { made: 0, of: 0 }, constraints: { kept: 0, of: 0 } } as const
const nothing = { tools: [], operations: 0, schemes: new Map(), score: () => none } as const

/** Never throws for a document: what is wrong with it is in `losses`. */
export function convert(library: Library, options: Options = {}): Conversion<Plan> {
  const report = new Report()
  const limits = limitsWith(options.limits)
  const references = new References(library, limits)
  const { root } = references
  const info = fields(own(fields(root.value), 'info'))
  const named = {
    title: text(info['title']) ?? '',
    version: text(info['version']) ?? (typeof info['version'] === 'number' ? String(info['version']) : ''),
  }
  const refuse = (code: Loss['code'], problem: string): Conversion<Plan> => {
    report.note(root, { code, severity: 'error', problem })
    return { ...named, ...nothing, losses: report.losses() }
  }
  const version = versionOf(root.value)
  if (typeof version === 'string') return refuse('openapi.version', version)
  if (typeof info['version'] === 'number')
    report.note(root.at('info').at('version'), {
      code: 'openapi.schema',
      problem: 'info.version is a number',
      fix: 'it is taken for its text',
    })
  const found = operationsOf(references, version, report)
  if (found.length > limits.operations)
    return refuse(
      'openapi.limit',
      `the document has ${found.length} operations, more than operations: ${limits.operations}`,
    )
  const shared = sharedOf(library, { references, version, options, report })
  const tools = toolsOf(found, shared)
  warn(found, tools, shared)
  if (report.more > 0)
    report.note(root, {
      code: 'openapi.limit',
      severity: 'error',
      problem: `${report.more} further warnings are not listed`,
    })
  const losses = report.losses()
  return {
    ...named,
    tools,
    losses,
    operations: found.length,
    schemes: shared.schemes,
    score: () => scoreOf(found, tools, shared),
  }
}

function sharedOf({ url }: Library, given: Pick<Shared, 'references' | 'version' | 'options' | 'report'>): Shared {
  const { references, version, options } = given
  const limits = limitsWith(options.limits)
  const side = options.outputSchema === 'strict' ? 'response' : 'loose'
  return {
    ...given,
    limits,
    request: new Translator(references, version.dialect, 'request'),
    response: options.outputSchema === 'off' ? undefined : new Translator(references, version.dialect, side),
    servers: new Servers(references.root, version, options, url),
    schemes: schemesOf(references.root, references),
    budgets: {
      request: new Budget('totalSchemaSteps', limits.totalSchemaSteps),
      response: new Budget('totalSchemaSteps', limits.totalSchemaSteps),
    },
  }
}

function toolsOf(found: readonly Found[], shared: Shared): readonly PlannedTool[] {
  const { options, report } = shared
  const limit = options.nameLimit ?? NAME_LIMIT
  // Names come from all operations, offered or not: choosing among them changes none.
  const names = namesOf(
    found.map(({ names: one }) => one),
    limit,
  )
  const taken = new Map<string, string>()
  duplicates(found, report)
  return found.flatMap((one, index): PlannedTool[] => {
    const { names: of, place } = one
    const operation = `${of.method} ${of.path}`
    const decision = decide(of, place, options)
    if (!decision.offered) return []
    const name = nameOf(decision, names[index] ?? '', limit)
    const other = taken.get(name)
    if (other !== undefined || !isName(name, limit)) {
      const problem =
        other === undefined
          ? `"${name.slice(0, 100)}" is no name of a tool: up to ${limit} letters, digits, _ and -`
          : `the name "${name}" is that of ${other} already`
      report.note(place, {
        code: 'openapi.duplicate',
        severity: 'error',
        operation,
        problem,
        fix: 'give it another one with name:',
      })
      return []
    }
    try {
      const tool = makeTool(one, name, decision, shared)
      taken.set(name, operation)
      return [tool]
    } catch (thrown) {
      if (thrown instanceof OverBudget)
        report.note(place, { code: 'openapi.limit', severity: 'error', operation, problem: thrown.message })
      else report.broken(thrown, operation)
      return []
    }
  })
}

const nameOf = ({ name }: Decision, standard: string, limit: number): string =>
  name === undefined ? standard : name.length > limit ? name : name.replace(/[^a-zA-Z0-9_-]/g, '_')

function duplicates(found: readonly Found[], report: Report): void {
  for (const [id, all] of Map.groupBy(found, ({ names }) => names.id))
    if (id !== undefined && all.length > 1)
      for (const { place, names } of all)
        report.note(place.at('operationId'), {
          code: 'openapi.duplicate',
          operation: `${names.method} ${names.path}`,
          problem: `the operationId "${id}" is used ${all.length} times`,
          fix: 'the tools are told apart by a suffix',
        })
}

function warn(found: readonly Found[], tools: readonly PlannedTool[], shared: Shared): void {
  const { options, report, references, request } = shared
  const { root } = references
  for (const { row, nearest } of unmatched(
    options.tools ?? [],
    found.map(({ names }) => names),
  ))
    report.note(root.at('paths'), {
      code: 'openapi.tools',
      problem: `tools[${row}].match fits no operation`,
      fix: nearest === undefined ? undefined : `nearest: ${nearest}`,
    })
  if (tools.length > MANY) {
    const tags = Map.groupBy(tools, ({ operation }) => operation.tags[0] ?? 'no tag')
    const counts = [...tags]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, 10)
      .map(([tag, all]) => `${tag} ${all.length}`)
    report.note(root.at('paths'), {
      code: 'openapi.tools',
      problem: `the document becomes ${tools.length} tools, more than a model chooses among well`,
      fix: `choose with tools: by tag (${counts.join(', ')})`,
    })
  }
  concealed(tools, shared)
  serverWarnings(shared)
  for (const { place, problem, fix } of [...request.oddities, ...(shared.response?.oddities ?? [])])
    report.note(place, { code: 'openapi.schema', problem, fix })
  const dropped = [...request.dropped]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([name, count]) => `${name} ${count}`)
  if (dropped.length > 0)
    report.note(root, {
      code: 'openapi.schema',
      problem: `keywords that no schema has were left out: ${dropped.join(', ')}`,
    })
}

/** Nobody who reads the document sees it, and a model would: it is taken out, and whoever runs the gateway ought to look. */
function concealed(tools: readonly PlannedTool[], { report, references }: Shared): void {
  const found = tools.filter(({ hidden }) => hidden.length > 0).map(({ name }) => name)
  if (found.length === 0) return
  report.note(references.root.at('paths'), {
    code: 'openapi.schema',
    problem: `texts hold comments or invisible characters: of ${found.slice(0, 10).join(', ')}${found.length > 10 ? ` and ${found.length - 10} more` : ''}`,
    fix: 'no model is shown them: look whether they are meant to be there',
  })
}

function serverWarnings({ references, report, version, options }: Shared): void {
  const { root } = references
  if (version.dialect === '2.0' && own(fields(root.value), 'host') === undefined && options.ownHost !== true)
    report.note(root, {
      code: 'openapi.server',
      problem: 'the document has no host',
      fix: 'requests go to the host of the target, or to where the document comes from',
    })
  for (const [, server] of root.at('servers').members())
    for (const [name, variable] of server.at('variables').members())
      if (own(fields(variable.value), 'default') === undefined)
        report.note(variable, {
          code: 'openapi.server',
          problem: `the variable "${name}" has no default`,
          fix: 'give it one with server: { variables: … }',
        })
}
