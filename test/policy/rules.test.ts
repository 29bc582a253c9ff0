// Rule sets: what they answer for things that are listed and for things that are used, and why.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Asking, contextFor, item, rulesOf, type Staged, type Written } from './stage.ts'

/** What a rule set says of tool `t` when it is listed, and when it is called with these arguments. */
function asked(
  written: readonly Written[],
  { claims, closed = false }: { claims?: Asking['claims']; closed?: boolean } = {},
) {
  const staged = rulesOf(written, { closed })
  return {
    ...staged,
    listed: (name = 't') => staged.rules.verdict(contextFor({ claims }), item(name), undefined),
    called: (input: unknown = {}, name = 't') => staged.rules.verdict(contextFor({ claims }), item(name), input),
  }
}

test('without rules everything is allowed, and with `default: deny` nothing is', () => {
  assert.deepEqual([asked([]).listed(), asked([]).called()], ['yes', 'yes'])
  assert.deepEqual([asked([], { closed: true }).listed(), asked([], { closed: true }).called()], ['no', 'no'])
  assert.equal(asked([{ deny: 'false' }]).called(), 'yes')
  assert.equal(asked([{ deny: 'false' }], { closed: true }).called(), 'no')
})

test('deny is stronger than require, require than allow, and where something allows nothing else is allowed', () => {
  assert.equal(asked(['true', { deny: 'true' }]).called(), 'no')
  assert.equal(asked(['true', { require: 'false' }]).called(), 'no')
  assert.equal(asked(['false', { require: 'true' }]).called(), 'no')
  assert.equal(asked(['false', { allow: 'true' }]).called(), 'yes')
  assert.equal(asked([{ require: 'true' }]).called(), 'yes')
})

test('a rule that fails does not allow, is not met, and denies', () => {
  assert.equal(asked(['jwt.sub == "a"']).called(), 'no')
  assert.equal(asked([{ require: 'jwt.sub == "a"' }]).called(), 'no')
  assert.equal(asked([{ deny: 'jwt.level < 3' }], { claims: { sub: 'a' } }).called(), 'no')
  assert.equal(asked([{ deny: 'jwt.level < 3' }], { claims: { level: 4 } }).called(), 'yes')
  assert.equal(asked(['jwt.sub'], { claims: { sub: 'a' } }).called(), 'no', 'a text is no permission')
})

test('deny rules that fail are counted, and named in the log once in a while', (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const { called, warned, counted } = asked([{ deny: 'jwt.level < 3' }, 'jwt.sub == "a"'])
  for (let n = 0; n < 5; n++) called()
  assert.deepEqual(
    [...counted].map(([name, { count }]) => `${name} ${count}`),
    ['mcpAuthorization.rules[0] no-such-key 5'],
  )
  assert.deepEqual(
    warned.map(({ message, fields }) => [message, fields['rule'], fields['more']]),
    [['a deny rule cannot be decided, and denies', 'mcpAuthorization.rules[0]', undefined]],
  )
  t.mock.timers.tick(10_000)
  called()
  assert.deepEqual(
    warned.map(({ fields }) => fields['more']),
    [undefined, 4],
  )
})

test('arguments are known when a tool is called, and decide nothing while it is listed', () => {
  const { listed, called } = asked(['mcp.tool.name == "t" && mcp.tool.arguments.path.startsWith("/tmp/")'])
  assert.equal(listed(), 'maybe')
  assert.equal(called({ path: '/tmp/x' }), 'yes')
  assert.equal(called({ path: '/etc/passwd' }), 'no')
  assert.equal(called({}), 'no')
  assert.equal(listed('other'), 'no')
  const denying = asked([{ deny: 'mcp.tool.arguments.force == true' }])
  assert.equal(denying.listed(), 'maybe')
  assert.equal(denying.called({ force: false }), 'yes')
  assert.equal(denying.called({}), 'no', 'the rule cannot be decided')
  const either = asked(['jwt.admin == true || mcp.tool.arguments.dry == true'], { claims: { admin: true } })
  assert.equal(either.listed(), 'yes')
  const requiring = asked([{ require: 'mcp.tool.arguments.n < 10' }, 'true'])
  assert.deepEqual(
    [requiring.listed(), requiring.called({ n: 3 }), requiring.called({ n: 30 })],
    ['maybe', 'yes', 'no'],
  )
})

test('a rule on tools says nothing of prompts, resources and tasks: it does not deny them, and does not allow them', () => {
  const context = contextFor({ claims: { sub: 'a' } })
  const verdicts = ({ rules }: Staged) =>
    (['tool', 'prompt', 'resource', 'template', 'task'] as const).map((kind) =>
      rules.verdict(context, item('t', kind), {}),
    )
  assert.deepEqual(verdicts(rulesOf([{ deny: 'mcp.tool.name == "t"' }])), ['no', 'yes', 'yes', 'yes', 'yes'])
  assert.deepEqual(verdicts(rulesOf([{ deny: 'mcp.tool.name.startsWith("t")' }])), ['no', 'yes', 'yes', 'yes', 'yes'])
  assert.deepEqual(verdicts(rulesOf([{ deny: 'mcp.resource.name == "t"' }])), ['yes', 'yes', 'no', 'no', 'yes'])
  assert.deepEqual(verdicts(rulesOf([{ deny: 'mcp.tool.arguments.a == 1' }])), ['no', 'yes', 'yes', 'yes', 'yes'])
  assert.deepEqual(verdicts(rulesOf([{ deny: 'mcp.prompt.name == "t" || jwt.sub == "b"' }])), [
    'yes',
    'no',
    'yes',
    'yes',
    'yes',
  ])
  assert.deepEqual(
    verdicts(rulesOf([{ deny: 'mcp.prompt.name == "x" || jwt.level < 3' }])),
    ['no', 'no', 'no', 'no', 'no'],
    'what is wrong with it is the claim, which is missing for all of them',
  )
  assert.deepEqual(verdicts(rulesOf(['mcp.tool.name != "x"'])), ['yes', 'no', 'no', 'no', 'no'])
  assert.deepEqual(verdicts(rulesOf([{ require: 'mcp.tool.name != "x"' }])), ['yes', 'no', 'no', 'no', 'no'])
  assert.deepEqual(verdicts(rulesOf(['has(mcp.task.name) || jwt.sub == "b"'])), ['no', 'no', 'no', 'no', 'yes'])
})

test('a deny rule on two kinds at once leaves nothing open while tools are listed', () => {
  const { rules } = rulesOf([{ deny: 'mcp.prompt.name == "p" && mcp.tool.arguments.a == 1' }])
  const context = contextFor()
  assert.equal(rules.verdict(context, item('say'), undefined), 'yes')
  assert.equal(rules.decide(context, item('say'), undefined).verdict, 'yes')
})

test('an explanation names the rule, the reason and what was not known', () => {
  const decide = (written: readonly Written[], claims: Asking['claims'], input?: unknown) => {
    const { verdict, because, rule, error, unknown } = rulesOf(written).rules.decide(
      contextFor({ claims }),
      item('t'),
      input,
    )
    return [
      verdict,
      because,
      rule?.index,
      ...(error === undefined ? [] : [/claim|sub|key|level|jwt/.test(error)]),
      ...unknown,
    ]
  }
  assert.deepEqual(decide([], {}), ['yes', 'no rule against', undefined])
  assert.deepEqual(decide(['mcp.tool.name == "x"', 'mcp.tool.name == "t"'], {}), ['yes', 'allowed', 1])
  assert.deepEqual(decide(['mcp.tool.name == "x"'], {}), ['no', 'not allowed', undefined])
  assert.deepEqual(decide(['true', { deny: 'jwt.sub == "a"' }], { sub: 'a' }), ['no', 'denied', 1])
  assert.deepEqual(decide([{ deny: 'jwt.level < 3' }], {}), ['no', 'error', 0, true])
  assert.deepEqual(decide([{ require: 'jwt.sub == "b"' }], { sub: 'a' }), ['no', 'not met', 0])
  assert.deepEqual(decide(['mcp.tool.arguments.a == 1'], {}), ['maybe', 'unknown', 0, 'mcp.tool.arguments'])
  assert.deepEqual(decide(['mcp.tool.arguments.a == 1'], {}, { a: 1 }), ['yes', 'allowed', 0])
})

// Rules of independent facts: a name, a claim and one argument, each a yes or no, so that arguments exist for whatever is open.

const atoms = [
  'mcp.tool.name == "a"',
  'mcp.tool.name in ["a", "b"]',
  '"b" == mcp.tool.name',
  'mcp.tool.name.startsWith("c")',
  'jwt.admin == true',
  'jwt.missing == 1',
  'mcp.tool.target == "one"',
  'mcp.tool.arguments.go == true',
] as const

const condition: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...atoms),
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('condition').map((a) => `!(${a})`),
  ),
})).condition

const ruleSet: fc.Arbitrary<readonly Written[]> = fc.array(
  fc.tuple(fc.constantFrom('allow', 'deny', 'require'), condition).map(([kind, source]) => ({ [kind]: source })),
  { maxLength: 4 },
)

test('a tool is listed if and only if some arguments make it callable', () => {
  fc.assert(
    fc.property(
      ruleSet,
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.boolean(),
      fc.boolean(),
      (written, name, admin, closed) => {
        const { rules } = rulesOf(written, { closed })
        const claims = { admin }
        const listed = rules.verdict(contextFor({ claims }), item(name), undefined) !== 'no'
        // A member that is not there makes an error, which may be what a rule waits for; it counts as passed.
        const callable = [{ go: true }, { go: false }].some(
          (input) => rules.verdict(contextFor({ claims }), item(name), input) === 'yes',
        )
        if (callable) assert.ok(listed, 'what can be called is listed')
        else if (listed) assert.ok(mayBeUndecidable(written), 'what no arguments could make callable is not listed')
      },
    ),
    { numRuns: 2_000 },
  )
})

/** The one argument occurs twice: that both places see the same value is more than three values can know. */
const mayBeUndecidable = (written: readonly Written[]): boolean =>
  written.flatMap(
    (rule) =>
      Object.values(rule)
        .join()
        .match(/arguments/g) ?? [],
  ).length > 1

test('lists, calls and explanations agree, whichever terms were looked at first', () => {
  fc.assert(
    fc.property(ruleSet, fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean(), (written, name, admin) => {
      const { rules } = rulesOf(written)
      const context = contextFor({ claims: { admin } })
      for (const input of [{ go: true }, { go: false }, {}])
        assert.equal(rules.verdict(context, item(name), input), rules.decide(context, item(name), input).verdict)
      // Without arguments in the rules, a list says what a call would.
      if (JSON.stringify(written).includes('arguments')) return
      assert.equal(rules.verdict(context, item(name), undefined), rules.verdict(context, item(name), {}))
    }),
    { numRuns: 1_000 },
  )
})
