// Labels that rules speak of and nothing has: a rule on such a label never closes anything, and nobody would notice.
import type { Ast } from '../cel/ast.ts'
import { parse } from '../cel/parser.ts'
import { pathOf, walk } from '../cel/walk.ts'
import type { BackendShape, Body, Shape } from '../config/shape.ts'
import type { Path, Problem } from '../core/module.ts'
import { nearestWord } from '../core/suggest.ts'
import { labelsIn } from '../policy/explain-flow.ts'
import { usual } from '../policy/mcp-labels.ts'

/** What a rule looks at. */
type Fact = 'mcp.tool.labels' | 'session.taint'

/** A word that a rule compares with labels, and where. */
interface Named {
  readonly fact: Fact
  readonly word: string
  readonly start: number
  readonly end: number
}

interface RuleText {
  readonly text: string
  readonly path: Path
}

type Labels = NonNullable<ReturnType<typeof labelsIn>>

/** What is wrong with a rule in one place; in another one it may be right. */
interface Doubt {
  readonly problem: Problem
  times: number
}

/** Rules on labels that no target has, and on taint that no label makes; wrong is what is wrong wherever it is asked. */
export function strangeLabels({ binds }: Pick<Shape, 'binds'>): readonly Problem[] {
  const asked = new Map<string, number>()
  const doubts = new Map<string, Doubt>()
  for (const listener of binds.flatMap(({ listeners }) => listeners))
    for (const route of listener.routes)
      for (const backend of route.backends) {
        if (backend.key !== 'mcp') continue
        const above = [...listener.policies, ...route.policies, ...backend.policies]
        const labels = labelsIn(above.map((body) => ({ body })))
        for (const rule of rulesIn(above, backend)) {
          const at = JSON.stringify(rule.path)
          asked.set(at, (asked.get(at) ?? 0) + 1)
          for (const problem of doubtful(rule, labels)) {
            const key = `${at} ${problem.message}`
            const there = doubts.get(key)
            if (there === undefined) doubts.set(key, { problem, times: 1 })
            else there.times++
          }
        }
      }
  return [...doubts.values()].flatMap(({ problem, times }) =>
    times === asked.get(JSON.stringify(problem.path)) ? [problem] : [],
  )
}

function doubtful({ text, path }: RuleText, labels: Labels | undefined): readonly Problem[] {
  const parsed = parse(text)
  if (!('ast' in parsed)) return []
  const problem = (message: string, hint: string, { start, end }: Pick<Named, 'start' | 'end'>): Problem => ({
    code: 'policy.label',
    severity: 'warning',
    path,
    message,
    hint,
    part: { text, start, end },
  })
  if (labels === undefined)
    return readers(parsed.ast).map((at) =>
      problem(
        `nobody knows \`${at.fact}\` here, and what cannot be decided denies`,
        'say what targets touch with `mcpLabels`',
        at,
      ),
    )
  return namedIn(parsed.ast).flatMap((named) => {
    const { fact, word } = named
    const known = fact === 'session.taint' ? labels.taints : declared(labels)
    if (known.includes(word)) return []
    const meant = nearestWord(word, known)
    const message =
      fact === 'session.taint' ? `\`${word}\` never taints a session` : `no tool here is labelled \`${word}\``
    const list = known.map((one) => `\`${one}\``).join(', ')
    const hint = fact === 'session.taint' ? `\`taints\` of \`mcpLabels\` has ${list}` : `labels are ${list}`
    return [problem(message, meant === undefined ? hint : `did you mean \`${meant}\`?`, named)]
  })
}

/** Every label that a tool can have. */
function declared({ targets, guess }: Labels): readonly string[] {
  const written = Object.values(targets).flatMap(({ labels, tools }) => [...labels, ...Object.values(tools).flat()])
  return [...new Set([...written, ...(guess ? usual : [])])]
}

function rulesIn(policies: readonly Body[], backend: BackendShape): readonly RuleText[] {
  const targets: unknown = isLoose(backend.body) ? backend.body['targets'] : undefined
  const ofTargets = (Array.isArray(targets) ? targets : []).flatMap((target: unknown, index): Body[] => {
    const body = isLoose(target) && isLoose(target['policies']) ? target['policies'][RULES] : undefined
    return [{ key: RULES, body, path: [...backend.path, 'targets', index, 'policies', RULES] }]
  })
  return [...policies, ...ofTargets].flatMap(({ key, body, path }) => {
    if ((key !== RULES && key !== 'mcpApproval') || !isLoose(body) || !Array.isArray(body['rules'])) return []
    return body['rules'].flatMap((rule: unknown, index): RuleText[] => {
      if (typeof rule === 'string') return [{ text: rule, path: [...path, 'rules', index] }]
      const [kind, text] = isLoose(rule) ? (Object.entries(rule)[0] ?? []) : []
      return kind !== undefined && typeof text === 'string' ? [{ text, path: [...path, 'rules', index, kind] }] : []
    })
  })
}

const RULES = 'mcpAuthorization'

/** Where a rule looks at labels at all. */
function readers(ast: Ast): readonly Pick<Named, 'fact' | 'start' | 'end'>[] {
  const found: Pick<Named, 'fact' | 'start' | 'end'>[] = []
  walk(ast, (node) => {
    const fact = factAt(node)
    if (fact !== undefined) found.push({ fact, start: node.start, end: node.end })
    return fact === undefined
  })
  return found.slice(0, 1)
}

/** Words that are compared with labels: with `in`, `contains` or `==`, or by a macro over either side. */
function namedIn(ast: Ast): readonly Named[] {
  const found: Named[] = []
  const compare = (fact: Fact | undefined, words: Ast): void => {
    if (fact !== undefined) found.push(...literals(words).map((each) => ({ fact, ...each })))
  }
  walk(ast, (node) => {
    if (node.kind === 'binary' && node.operator === 'in') compare(factAt(node.right), node.left)
    if (node.kind === 'binary' && (node.operator === '==' || node.operator === '!=')) {
      compare(factAt(node.left), node.right)
      compare(factAt(node.right), node.left)
    }
    if (node.kind !== 'call' || node.on === undefined) return true
    const [first, ...more] = node.args
    const body = more.at(-1)
    if (node.name === 'contains' && first !== undefined) compare(factAt(node.on), first)
    if (first?.kind === 'ident' && body !== undefined) throughMacro({ on: node.on, name: first.name, body }, compare)
    return true
  })
  return found
}

interface Macro {
  readonly on: Ast
  readonly name: string
  readonly body: Ast
}

/** `labels.exists(x, x == "a")`, and `["a"].exists(x, x in labels)`. */
function throughMacro({ on, name, body }: Macro, compare: (fact: Fact | undefined, words: Ast) => void): void {
  const isOne = (ast: Ast): boolean => ast.kind === 'ident' && ast.name === name
  const fact = factAt(on)
  walk(body, (node) => {
    if (node.kind === 'binary' && isOne(node.left)) compare(fact, node.right)
    if (node.kind === 'binary' && isOne(node.right)) compare(fact, node.left)
    if (node.kind === 'binary' && node.operator === 'in' && isOne(node.left)) compare(factAt(node.right), on)
    if (node.kind === 'call' && node.name === 'contains' && node.on !== undefined && node.args.some(isOne))
      compare(factAt(node.on), on)
    return true
  })
}

function factAt(ast: Ast): Fact | undefined {
  const path = pathOf(ast)?.join('.')
  return path === 'mcp.tool.labels' || path === 'session.taint' ? path : undefined
}

/** A text, or the texts of a list. */
function literals(ast: Ast): readonly Omit<Named, 'fact'>[] {
  if (ast.kind === 'list') return ast.items.flatMap(({ value }) => literals(value))
  const { start, end } = ast
  return ast.kind === 'literal' && ast.value.type === 'string' ? [{ word: ast.value.value, start, end }] : []
}

type Loose = { readonly [key: string]: unknown }
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null
