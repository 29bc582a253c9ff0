// What an expression costs: beside a function written by hand and another library, when it fails, and a thousand of them.
import { Environment } from '@marcbachmann/cel-js'
import { compile } from '../../src/cel/compile.ts'
import { dialect, rootIndex } from '../../src/cel/dialect.ts'
import { dialectFunctions } from '../../src/cel/functions/index.ts'
import type { Program } from '../../src/cel/program.ts'
import type { Activation } from '../../src/cel/scope.ts'
import type { Claim, Context, Findings } from '../claim.ts'
import { median, ratio } from '../statistics.ts'

/** What the gateway knows of a call; the library is given the same objects. */
type Call = {
  readonly mcp: { readonly tool: { readonly name: string; readonly target: string } }
  readonly jwt: { readonly sub: string; readonly roles: readonly string[] }
}

/** Different ones in turn: for a single one, an optimiser would answer once and for all. */
const calls: readonly Call[] = Array.from({ length: 16 }, (_, i) => ({
  mcp: { tool: { name: i % 4 === 3 ? 'other' : 'echo', target: `t${i}` } },
  jwt: { sub: `user-${i}`, roles: i % 3 === 0 ? ['dev', 'ops', 'admin'] : ['dev', `team-${i}`] },
}))

const RULE = 'mcp.tool.name == "echo" && "admin" in jwt.roles'
const FAILING = 'mcp.tool.name != "" && jwt.tier == "gold"'

export const expressions: Claim = {
  name: 'expressions',
  says: 'an authorization rule in CEL, a failing one, and a thousand of them',
  run: async (context) => await Promise.resolve(measure(context)),
}

function measure(context: Context): Findings {
  const environment = new Environment({ unlistedVariablesAreDyn: true })
  const [rule, failing] = [program(RULE), program(FAILING)]
  const [theirRule, theirFailing] = [environment.parse(RULE), environment.parse(FAILING)]
  const many = Array.from({ length: 1_000 }, (_, i) => program(`mcp.tool.name == "tool-${i}" && "admin" in jwt.roles`))
  const activations = calls.map(activation)
  const contenders: readonly Contender[] = [
    contender('ours', 400_000, (i) => rule.evaluate(at(activations, i)) === true),
    contender('by hand', 400_000, (i) => byHand(at(activations, i))),
    contender('shortest', 400_000, (i) => shortest(at(calls, i))),
    contender('cel-js', 100_000, (i) => theirRule(at(calls, i)) === true),
    contender('ours, failing', 200_000, (i) => failing.evaluate(at(activations, i)) === true),
    contender('cel-js, failing', 10_000, (i) => quietly(() => theirFailing(at(calls, i))) === true),
    contender('ours, 1,000 rules', 400, (i) => many.some((each) => each.evaluate(at(activations, i)) === true)),
  ]
  agree(contenders)
  for (let round = 0; round <= (context.quick ? 3 : 9); round++)
    // The first round is for the optimiser; the order turns.
    for (let i = 0; i < contenders.length; i++) {
      const each = at(contenders, i + round)
      const nanos = run(each, context.quick ? 10 : 1)
      if (round > 0) each.nanos.push(nanos)
    }
  return found(contenders)
}

function found(contenders: readonly Contender[]): Findings {
  const nanos = (name: string): readonly number[] => contenders.find((each) => each.name === name)?.nanos ?? []
  const [ours, failing] = [nanos('ours'), nanos('ours, failing')]
  return {
    findings: [
      { what: 'a rule ÷ a function written by hand', value: ratio(ours, nanos('by hand')), unit: '×', atMost: 4 },
      { what: 'a rule ÷ a function that checks nothing', value: ratio(ours, nanos('shortest')), unit: '×' },
      { what: 'a rule ÷ @marcbachmann/cel-js', value: ratio(ours, nanos('cel-js')), unit: '×', atMost: 0.5 },
      { what: 'a rule', value: median(ours), unit: 'ns' },
      { what: 'a failing rule', value: median(failing), unit: 'ns', atMost: 2_000 },
      { what: 'a failing rule ÷ @marcbachmann/cel-js', value: ratio(failing, nanos('cel-js, failing')), unit: '×' },
      {
        what: 'a decision over 1,000 rules',
        value: median(nanos('ours, 1,000 rules')) / 1_000,
        unit: 'µs',
        atMost: 100,
      },
    ],
    raw: Object.fromEntries(contenders.map((each) => [each.name, each.nanos])),
  }
}

/** One way to answer, and what each answer has cost, round by round. */
interface Contender {
  readonly name: string
  readonly times: number
  readonly answer: (i: number) => boolean
  readonly nanos: number[]
}

const contender = (name: string, times: number, answer: (i: number) => boolean): Contender => ({
  name,
  times,
  answer,
  nanos: [],
})

/** CPU in nanoseconds of one answer. */
function run({ times, answer }: Contender, divided: number): number {
  const turns = Math.ceil(times / divided)
  const before = process.cpuUsage()
  let yes = 0
  for (let i = 0; i < turns; i++) if (answer(i)) yes++
  const { user, system } = process.cpuUsage(before)
  if (yes > turns) throw new Error('more answers than questions')
  return ((user + system) * 1_000) / turns
}

/** All of them must say the same, or nothing is compared. */
function agree(contenders: readonly Contender[]): void {
  const answers = (name: string): string =>
    calls.map((_, i) => contenders.find((each) => each.name === name)?.answer(i)).join()
  for (const name of ['by hand', 'shortest', 'cel-js'])
    if (answers(name) !== answers('ours')) throw new Error(`${name} answers differently`)
}

function program(source: string): Program {
  const { program: made, diagnostics } = compile(source, { scope: dialect, functions: dialectFunctions })
  if (made === undefined) throw new Error(diagnostics[0]?.message)
  return made
}

const activation = ({ mcp, jwt }: Call): Activation => ({
  root: (index) => (index === rootIndex.mcp ? mcp : index === rootIndex.jwt ? jwt : null),
})

/** The rule as somebody careful writes it: of the same call, nothing inherited, and whatever kinds of things it may hold. */
function byHand(call: Activation): boolean {
  const name = own(own(call.root(rootIndex.mcp), 'tool'), 'name')
  const roles = own(call.root(rootIndex.jwt), 'roles')
  if (name !== 'echo') return false
  return Array.isArray(roles) || typeof roles === 'string' ? roles.includes('admin') : own(roles, 'admin') !== undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** The shortest text that could do, if everything is what it should be. */
const shortest = ({ mcp, jwt }: Call): boolean => mcp.tool.name === 'echo' && jwt.roles.includes('admin')

function quietly(answer: () => unknown): unknown {
  try {
    return answer()
  } catch {
    return undefined
  }
}

function at<T>(list: readonly T[], i: number): T {
  const item = list[i % list.length]
  if (item === undefined) throw new Error('the list is empty')
  return item
}
