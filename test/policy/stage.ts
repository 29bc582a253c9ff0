// Rule sets and exchanges for tests of policies: expressions are compiled as the gateway does it.
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { TargetName } from '../../src/core/brand.ts'
import { targetName } from '../../src/core/brand.ts'
import { Exchange } from '../../src/core/exchange.ts'
import type { Item, ItemKind } from '../../src/core/item.ts'
import type { Path } from '../../src/core/module.ts'
import { Expressions } from '../../src/gateway/expressions.ts'
import { type Context, contextOf } from '../../src/policy/context.ts'
import type { Use } from '../../src/policy/policy.ts'
import { Rule, type RuleKind } from '../../src/policy/rule.ts'
import { Rules } from '../../src/policy/rules.ts'
import { type Fields, type Log, silent } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'

export type Written = string | Partial<Record<RuleKind, string>>

export interface Staged {
  readonly rules: Rules
  readonly warned: { message: string; fields: Fields }[]
  readonly counted: Map<string, { count: number }>
}

/** A rule set as `mcpAuthorization` compiles it. What cannot be compiled fails the test. */
export function rulesOf(
  written: readonly Written[],
  {
    closed = false,
    phase = 'authorization',
    custom = '',
  }: { closed?: boolean; phase?: Use['phase']; custom?: string } = {},
): Staged {
  const expressions = new Expressions(custom)
  const warned: Staged['warned'] = []
  const counted: Staged['counted'] = new Map()
  const log: Log = { ...silent, warn: (message, fields = {}) => void warned.push({ message, fields }) }
  const rules = written.map((one, index) => {
    const [kind, source] = ruleIn(one)
    const { expression, diagnostics } = expressions.compile(source, { phase, expects: 'bool', role: kind })
    if (expression === undefined) throw new Error(`${source}: ${diagnostics.map(({ message }) => message).join('; ')}`)
    const path: Path = ['mcpAuthorization', 'rules', index]
    return new Rule({ kind, index, path, expression, terms: expressions.terms(expression) })
  })
  const metrics: Pick<Metrics, 'ruleErrors'> = {
    ruleErrors(rule: string, error: string) {
      const cell = counted.get(`${rule} ${error}`) ?? { count: 0 }
      counted.set(`${rule} ${error}`, cell)
      return cell
    },
  }
  return { rules: new Rules(rules, closed, { log, metrics }), warned, counted }
}

function ruleIn(written: Written): readonly [RuleKind, string] {
  if (typeof written === 'string') return ['allow', written]
  for (const kind of ['allow', 'deny', 'require'] as const) {
    const source = written[kind]
    if (source !== undefined) return [kind, source]
  }
  throw new Error('a rule without a kind')
}

type Claims = Record<string, unknown>

export interface Asking {
  readonly claims?: Claims | undefined
  readonly headers?: Record<string, string>
  readonly rawHeaders?: readonly string[]
  readonly url?: string
  readonly method?: string
}

export function exchange({ claims, headers = {}, rawHeaders, url = '/mcp', method = 'POST' }: Asking = {}): Exchange {
  const request = new IncomingMessage(new Socket())
  request.url = url
  request.method = method
  request.httpVersion = '1.1'
  request.headers = { host: 'gw.example:8080', ...headers }
  request.rawHeaders = [...(rawHeaders ?? Object.entries(headers).flat())]
  const x = new Exchange(request, { port: 0, scheme: 'http', bind: 'bind/1', gateway: 'ns/gw', listener: 'l' })
  if (claims !== undefined) x.jwt = { claims, raw: 'raw.token.text' }
  return x
}

export const contextFor = (asking?: Asking): Context => contextOf(exchange(asking))

const one: TargetName = targetName('one')

export const item = (name: string, kind: ItemKind = 'tool', target: TargetName = one): Item => ({ kind, target, name })
