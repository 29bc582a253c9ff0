// Explanations for people and for programs: the verdict, what settled it, and every rule with what its parts came to.
import { Fault, Unknown } from '../cel/value.ts'
import { pathText } from '../config/problems.ts'
import type { Explanation, RuleExplanation, SetExplanation, Trace } from '../policy/explain.ts'
import type { Expectation } from '../policy/explain-cases.ts'
import { type Fact, factText } from '../policy/explain-facts.ts'
import type { Truth } from '../policy/rule.ts'
import { type Answer, reasonOf } from './policy-ask.ts'
import type { Place, Rulebook } from './policy-config.ts'
import type { ServerItem } from './policy-items.ts'
import type { Marks, painter } from './terminal.ts'
import { oneLine, printable } from './terminal.ts'

/** An answer, and what it is the answer to. */
export interface Told {
  readonly book: Rulebook
  readonly place: Place
  /** Who asks, and what for: `alice may call echo_say`. */
  readonly title: string
  readonly item: ServerItem | undefined
  /** Whether the caller's lists have it. */
  readonly listed: Expectation
  readonly answer: Answer
}

export interface Look {
  readonly paint: ReturnType<typeof painter>
  readonly marks: Marks
}

const WIDEST_VALUE = 60

export const verdictWords = { allow: 'allowed', deny: 'denied', depends: 'depends' } as const
const colours = { allow: 'green', deny: 'red', depends: 'yellow' } as const

/** The whole explanation, as `policy explain` prints it. */
export function explanationText(told: Told, look: Look): string {
  const { answer, title, place, item } = told
  const verdict = look.paint('bold', look.paint(colours[answer.verdict], verdictWords[answer.verdict]))
  const lines = [`${verdict}  ${oneLine(title)}`, `  ${oneLine(reasonOf(answer))}`, ...decisiveLine(told)]
  if (item !== undefined && answer.gate === undefined) lines.push(`  ${listing(told)}`)
  for (const note of answer.notes) lines.push(`  ${look.paint('yellow', `${look.marks.note} ${note}`)}`)
  if (item !== undefined && place.explainer.open)
    lines.push(`  ${look.paint('yellow', `${look.marks.note} this route has no mcpAuthorization: it is open`)}`)
  const sets = answer.explanation.sets.flatMap((set) => ['', ...setLines(set, told, look)])
  return `${[...lines, ...sets, ...factLines(answer.explanation, look), ...hints(told)].join('\n')}\n`
}

function decisiveLine({ answer: { gate, explanation }, book }: Told): readonly string[] {
  if (gate !== undefined) return [`  --> ${book.file}:${book.lineOf(gate.path)}   ${pathText(gate.path)}`]
  const decided = explanation.decidedBy
  if (decided === undefined) return []
  const at = decided.decision.rule?.path ?? decided.path
  return [`  --> ${book.file}:${book.lineOf(at)}   ${oneLine(pathText(at))}`]
}

function listing({ answer: { verdict }, listed }: Told): string {
  if (listed === 'deny') return 'not listed either: for this caller it does not exist'
  if (verdict === 'deny') return 'listed all the same: another call of it may pass'
  return verdict === 'depends' ? 'listed; each call is decided by itself' : 'listed'
}

function setLines(set: SetExplanation, told: Told, look: Look): readonly string[] {
  const { book } = told
  const head = `${set.key}  ${look.paint('dim', `${book.file}:${book.lineOf(set.path)}   ${oneLine(pathText(set.path))}`)}`
  return [head, ...set.rules.flatMap((rule) => ruleLines(rule, set, told, look))]
}

function ruleLines(rule: RuleExplanation, set: SetExplanation, { book }: Told, look: Look): readonly string[] {
  const decides = set.decision.rule?.index === rule.index
  const mark = decides ? (rule.kind === 'allow' && rule.truth === true ? look.marks.yes : '>') : ' '
  const where = look.paint('dim', `:${book.lineOf(rule.path)}`)
  const text = oneLine(rule.text)
  const head = `  ${mark} ${rule.kind.padEnd(7)} ${truthWord(rule.truth).padEnd(7)} ${where} ${decides ? look.paint('bold', text) : text}`
  const about = truthDetail(rule.truth)
  const detail = rule.parts.length === 0 && about !== '' ? [`${' '.repeat(12)}${about}`] : []
  return [head, ...detail, ...rule.parts.flatMap((part) => partLines(part, 6))]
}

/** Each part with what it came to, and the facts that it looked at. */
function partLines(part: Trace, depth: number): readonly string[] {
  const lead = `${' '.repeat(depth)}`
  const about = truthDetail(part.truth)
  const line = `${lead}${truthWord(part.truth).padEnd(7)} ${oneLine(part.text)}${about === '' ? '' : `   (${about})`}`
  return [line, ...part.parts.flatMap((below) => partLines(below, depth + 2))]
}

const truthWord = (truth: Truth): string =>
  truth instanceof Fault ? 'error' : truth instanceof Unknown ? 'unknown' : String(truth)

function truthDetail(truth: Truth): string {
  if (truth instanceof Fault) return `${truth.kind}: ${oneLine(truth.detail)}`
  return truth instanceof Unknown ? `${oneLine(truth.what)} is not known` : ''
}

/** All facts that rules looked at, each once. */
function factsOf({ sets }: Explanation): readonly Fact[] {
  const found = new Map<string, Fact>()
  for (const { rules } of sets)
    for (const { facts } of rules) for (const fact of facts) found.set(factText(fact.path), fact)
  return [...found.values()]
}

function factLines(explanation: Explanation, look: Look): readonly string[] {
  const facts = factsOf(explanation)
  if (facts.length === 0) return []
  const names = facts.map(({ path }) => factText(path))
  const width = Math.max(...names.map(({ length }) => length))
  const lines = facts.map((fact, index) => `  ${(names[index] ?? '').padEnd(width)}  ${valueText(fact, look)}`)
  return ['', 'facts that the rules read', ...lines]
}

function valueText(fact: Fact, { paint }: Look): string {
  if (fact.kind === 'absent') return paint('dim', 'absent')
  if (fact.kind === 'unknown') return paint('dim', 'not known')
  const text = printable(JSON.stringify(fact.value))
  return text.length > WIDEST_VALUE ? `${text.slice(0, WIDEST_VALUE)}…` : text
}

/** What would have to be true: of rules that fail by a single condition. */
function hints({ answer: { gate, verdict, explanation } }: Told): readonly string[] {
  const decided = explanation.decidedBy
  if (gate !== undefined || verdict !== 'deny' || decided?.decision.because !== 'not allowed') return []
  const near = decided.rules.flatMap((rule) => {
    const parts = rule.joined === '&&' ? rule.parts : [rule]
    const failing = parts.filter(({ truth }) => truth !== true)
    const [only] = failing
    const isAbout = parts.length > 1 && only !== undefined && !/\bmcp\./.test(only.text)
    return rule.kind === 'allow' && failing.length === 1 && isAbout ? [only] : []
  })
  if (near.length === 0) return []
  return ['', ...near.map(({ text }, index) => `${index === 0 ? 'would pass if' : '           or'}  ${oneLine(text)}`)]
}

/** The same as data; fields are only ever added. */
export function explanationJson({ book, place, item, listed, answer }: Told): object {
  const { gate, explanation, notes, verdict } = answer
  const at = (path: RuleExplanation['path']): object => ({ line: book.lineOf(path), path: pathText(path) })
  return {
    verdict: verdictWords[verdict],
    reason: reasonOf(answer),
    route: place.name,
    ...(item !== undefined && { item, listed: listed !== 'deny' }),
    ...(gate !== undefined && { gate: { policy: gate.key, ...at(gate.path) } }),
    ...(explanation.decidedBy !== undefined && gate === undefined && { decidedBy: decidedJson(explanation, at) }),
    unknown: explanation.unknown,
    facts: factsOf(explanation).map(({ path, ...rest }) => ({ fact: factText(path), ...rest })),
    notes,
    sets: explanation.sets.map(({ key, path, decision, rules }) => ({
      policy: key,
      ...at(path),
      verdict: decision.verdict,
      because: decision.because,
      rules: rules.map((rule) => ({ kind: rule.kind, index: rule.index, ...at(rule.path), ...traceJson(rule) })),
    })),
  }
}

function decidedJson({ decidedBy }: Explanation, at: (path: RuleExplanation['path']) => object): object {
  const rule = decidedBy?.decision.rule
  return {
    policy: decidedBy?.key,
    because: decidedBy?.decision.because,
    ...at(rule?.path ?? decidedBy?.path ?? []),
    ...(rule !== undefined && { kind: rule.kind, index: rule.index, rule: rule.source }),
  }
}

function traceJson({ text, truth, joined, parts }: Trace): object {
  const detail = truthDetail(truth)
  return {
    text,
    result: truthWord(truth),
    ...(detail !== '' && { detail }),
    ...(joined !== undefined && { joined, parts: parts.map(traceJson) }),
  }
}
