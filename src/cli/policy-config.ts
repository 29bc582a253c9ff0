// The rules of a configuration, place by place, ready to be asked. Nothing is started and no upstream is spoken to.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import type { Diagnostic } from '../cel/ast.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { countText, type Located, problemText } from '../config/problems.ts'
import type { BackendShape, BindShape, Body, ListenerShape, RouteShape, Shape } from '../config/shape.ts'
import type { Entrance } from '../core/exchange.ts'
import type { Path, Problem } from '../core/module.ts'
import { Expressions } from '../gateway/expressions.ts'
import { parts } from '../gateway/parts.ts'
import { Pools } from '../http/pools.ts'
import { Explainer, type Written } from '../policy/explain.ts'
import type { Site } from '../policy/policy.ts'
import { silent } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { CommandError, exit, type Io } from './command.ts'
import { isRecord, textOf as stringOf } from './values.ts'

/** A route, and the one of its backends that a request would go to. */
export interface Place {
  /** The route's name; with several backends, the backend's as well; where that is not enough, port and listener. */
  readonly name: string
  readonly bind: BindShape
  readonly listener: ListenerShape
  readonly route: RouteShape
  readonly backend: BackendShape | undefined
  /** Names of the MCP servers behind it; `undefined`: it is no MCP backend. */
  readonly targets: readonly string[] | undefined
  /** Names of tools and prompts carry their target's name. */
  readonly prefixed: boolean
  readonly explainer: Explainer
  readonly entrance: Entrance
}

/** A configuration whose rules can be asked. */
export interface Rulebook {
  /** Its name in messages. */
  readonly file: string
  readonly shape: Shape
  readonly places: readonly Place[]
  readonly site: Site
  lineOf(path: Path): number
}

/**
 * Reads a configuration for its rules.
 * @throws CommandError with exit code 3: what cannot run cannot be asked
 */
export async function openRulebook(file: string | undefined, io: Io): Promise<Rulebook> {
  const name = file ?? 'toolgate.yaml'
  const loaded = loadConfig({ text: await sourceOf(name, io), file: name, env: io.env, parts })
  const { shape } = loaded
  if (shape === undefined) throw refused(name, loaded.problems, io)
  const late: Problem[] = []
  const site = siteOf(shape, (problem) => late.push(problem))
  const places = told(shape.binds.flatMap((bind) => placesOf(bind, site)))
  if (late.length > 0) throw refused(name, loaded.place(late), io)
  return { file: name, shape, places, site, lineOf: (at) => loaded.lineOf(at) }
}

async function sourceOf(file: string, io: Io): Promise<string> {
  if (file === '-') return await textOf(io.stdin)
  try {
    return await readFile(path.resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    throw new CommandError(exit.unasked, `cannot read ${file}: ${reasonOf(cause)}`, {
      cause,
      hint: 'name a configuration with --file',
    })
  }
}

/** Why a file could not be read, in words. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
  return code === 'ENOENT' ? 'there is no such file' : code
}

function refused(file: string, problems: Loaded['problems'], io: Io): CommandError {
  const errors: readonly Located[] = problems.filter(({ severity }) => severity === 'error')
  io.stderr.write(errors.map((problem) => problemText(problem)).join(''))
  return new CommandError(exit.unasked, `${file} cannot be used: ${countText(errors)}`, {
    hint: `toolgate validate -f ${file}`,
  })
}

/** What compiling rules needs, and no more: whatever else a site offers leads nowhere. */
function siteOf(shape: Shape, report: (problem: Problem) => void): Site {
  const expressions = new Expressions(shape.customFunctions)
  const broken = (at: Path, text: string, { code, message, hint, start, end }: Diagnostic): void =>
    report({
      code,
      severity: 'error',
      path: at,
      message,
      ...(hint !== undefined && { hint }),
      part: { text, start, end },
    })
  const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
  for (const each of expressions.diagnostics.filter(isError))
    broken(['config', 'customFunctions'], shape.customFunctions, each)
  return {
    path: [],
    pools: new Pools(),
    log: silent,
    metrics: createMetrics({ version: '', process: false }),
    problem: (at, message) => report({ code: 'config.module', severity: 'error', path: at, message }),
    warning: () => undefined,
    cel: (at, source, use) => {
      const { expression, diagnostics } = expressions.compile(source, use)
      for (const each of diagnostics.filter(isError)) broken(at, source, each)
      return expression
    },
    terms: (expression) => expressions.terms(expression),
    read: () => undefined,
    backend: () => undefined,
    keep: (_, make) => make(),
  }
}

/** Routes that are called the same, or are attached to several gateways, say where they are. */
function told(places: readonly Place[]): readonly Place[] {
  const again = (name: (place: Place) => string, place: Place): boolean =>
    places.filter((one) => name(one) === name(place)).length > 1
  const onPort = ({ name, bind }: Place): string => `${name}@${bind.port}`
  return places.map((place, index) => {
    if (!again(({ name }) => name, place)) return place
    if (!again(onPort, place)) return { ...place, name: onPort(place) }
    const { listener, route } = place
    const byListener = `${onPort(place)}/${listener.name}`
    const isOnly = !places.some((one) => one !== place && one.listener === listener && one.route.name === route.name)
    return { ...place, name: isOnly ? byListener : `${byListener}/${index}` }
  })
}

function placesOf(bind: BindShape, site: Site): readonly Place[] {
  return bind.listeners.flatMap((listener) =>
    listener.routes.flatMap((route) =>
      (route.backends.length === 0 ? [undefined] : route.backends).map((backend) => {
        const body = backend?.key === 'mcp' && isRecord(backend.body) ? backend.body : undefined
        const targets = body && targetsIn(body).map(({ name }) => name)
        const several = route.backends.length > 1
        return {
          name: several && backend !== undefined ? `${route.name}#${backend.name}` : route.name,
          bind,
          listener,
          route,
          backend,
          targets,
          prefixed: targets !== undefined && isPrefixed(stringOf(body?.['prefixMode']), targets.length),
          explainer: new Explainer(setsOf({ listener, route, backend, body }), site),
          entrance: entranceOf(bind, listener),
        }
      }),
    ),
  )
}

/** As `mcp/names.ts` decides it (reference: agentgateway §3.4). */
const isPrefixed = (mode: string, targets: number): boolean => mode === 'always' || (mode !== 'never' && targets !== 1)

interface Around {
  readonly listener: ListenerShape
  readonly route: RouteShape
  readonly backend: BackendShape | undefined
  readonly body: Record<string, unknown> | undefined
}

/** Every rule set that a request meets here, from the outermost to the innermost. */
function setsOf({ listener, route, backend, body }: Around): readonly Written[] {
  const above = [...listener.policies, ...route.policies, ...(backend?.policies ?? [])]
  const ofTargets = targetsIn(body ?? {}).flatMap(({ name, index, policies }) =>
    Object.entries(policies).map(([key, own]): Written => {
      const at: Path = [...(backend?.path ?? []), 'targets', index, 'policies', key]
      return { body: { key, body: own, path: at }, target: name }
    }),
  )
  return [...above.map((one: Body) => ({ body: one })), ...ofTargets].filter(({ body: { body: own } }) => isRecord(own))
}

interface TargetBody {
  readonly name: string
  readonly index: number
  readonly policies: Record<string, unknown>
}

function targetsIn(body: Record<string, unknown>): readonly TargetBody[] {
  const written = Array.isArray(body['targets']) ? body['targets'] : []
  return written.flatMap((target: unknown, index): TargetBody[] => {
    if (!isRecord(target) || typeof target['name'] !== 'string') return []
    return [{ name: target['name'], index, policies: isRecord(target['policies']) ? target['policies'] : {} }]
  })
}

function entranceOf(bind: BindShape, listener: ListenerShape): Entrance {
  const scheme = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const { name, gateway } = listener
  return { port: bind.port, scheme, bind: bind.name, gateway, listener: name }
}
