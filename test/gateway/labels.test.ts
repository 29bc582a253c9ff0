// Rules on labels that nothing has are named when the configuration is checked: they would close nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { parts } from '../../src/gateway/parts.ts'

async function warned(text: string): Promise<readonly string[]> {
  const { shape, problems } = loadConfig({ text, file: 'config.yaml', env: {}, parts })
  assert.ok(shape, JSON.stringify(problems))
  const all = await dryCompile(shape, () => undefined)
  return all
    .filter(({ code }) => code === 'policy.label')
    .map(({ path, message, hint, part }) =>
      [path.slice(-3).join('.'), message, hint, part?.text.slice(part.start, part.end)].join(' | '),
    )
}

const LABELS = '{ targets: { web: [untrusted-input, eu-only] } }'

const withRules = (rules: readonly string[], labels = LABELS, more = ''): string => `
mcp:
  port: 3000
  policies:
    ${labels === '' ? '' : `mcpLabels: ${labels}`}
    mcpAuthorization: { rules: [ 'true', ${rules.map((rule) => `{ deny: '${rule}' }`).join(', ')} ] }
    ${more}
  targets:
  - { name: web, mcp: { host: "http://a.example/mcp" } }`

test('a label that is mistyped in a rule is pointed out, with what was meant and where it stands', async () => {
  const rule = '"external-sned" in mcp.tool.labels && "untrusted_input" in session.taint'
  assert.deepEqual(await warned(withRules([rule])), [
    'rules.1.deny | no tool here is labelled `external-sned` | did you mean `external-send`? | "external-sned"',
    'rules.1.deny | `untrusted_input` never taints a session | did you mean `untrusted-input`? | "untrusted_input"',
  ])
})

test('however labels are compared', async () => {
  for (const rule of [
    'mcp.tool.labels.contains("eu-onyl")',
    'mcp.tool.labels.exists(l, l == "eu-onyl")',
    'mcp.tool.labels.exists(l, l in ["eu-only", "eu-onyl"])',
    '["eu-only", "eu-onyl"].exists(l, l in mcp.tool.labels)',
    'mcp.tool.labels == ["eu-onyl"]',
    'mcp["tool"]["labels"].all(l, "eu-onyl" != l)',
  ])
    assert.deepEqual(
      await warned(withRules([rule])),
      ['rules.1.deny | no tool here is labelled `eu-onyl` | did you mean `eu-only`? | "eu-onyl"'],
      rule,
    )
})

test('labels that are written, guessed or made to taint are known; what rules compare otherwise is no label', async () => {
  assert.deepEqual(
    await warned(
      withRules([
        '"eu-only" in mcp.tool.labels && "destructive" in mcp.tool.labels && "private-data" in session.taint',
        'mcp.tool.name == "eu-onyl" && mcp.tool.labels.exists(l, l.startsWith("eu"))',
        '"eu-onyl" in jwt.groups',
      ]),
    ),
    [],
  )
})

test('without guesses only what is written is there, and only what taints taints', async () => {
  const labels = '{ guess: false, targets: { web: { tools: { a: [eu-only] } } }, taints: [eu-only] }'
  const rule = '"destructive" in mcp.tool.labels && "private-data" in session.taint && "eu-only" in session.taint'
  assert.deepEqual(await warned(withRules([rule], labels)), [
    'rules.1.deny | no tool here is labelled `destructive` | labels are `eu-only` | "destructive"',
    'rules.1.deny | `private-data` never taints a session | `taints` of `mcpLabels` has `eu-only` | "private-data"',
  ])
})

test('rules on labels where nothing labels are pointed out: they cannot be decided', async () => {
  assert.deepEqual(await warned(withRules(['"private-data" in session.taint'], '')), [
    'rules.1.deny | nobody knows `session.taint` here, and what cannot be decided denies | say what targets touch with `mcpLabels` | session.taint',
  ])
})

test('approvals and rules of targets are read too', async () => {
  const text = withRules([], LABELS, `mcpApproval: { rules: ['"destructiv" in mcp.tool.labels'] }`)
  const ofTarget = `policies: { mcpAuthorization: { rules: ['"eu-onyl" in mcp.tool.labels'] } }`
  assert.deepEqual(await warned(text.replace('mcp: { host', `${ofTarget}, mcp: { host`)), [
    'mcpApproval.rules.0 | no tool here is labelled `destructiv` | did you mean `destructive`? | "destructiv"',
    'mcpAuthorization.rules.0 | no tool here is labelled `eu-onyl` | did you mean `eu-only`? | "eu-onyl"',
  ])
})

test('a rule for several routes is right when it is right for one of them', async () => {
  const route = (path: string, label: string): string =>
    `    - { matches: [{ path: { exact: ${path} } }], policies: { mcpLabels: { guess: false, targets: { a: [${label}] } } }, backends: [{ mcp: { targets: [{ name: a, stdio: { cmd: a } }] } }] }`
  const text = (rule: string): string => `
binds:
- port: 3000
  listeners:
  - policies: { mcpApproval: { rules: ['${rule}'] } }
    routes:
${route('/a', 'one')}
${route('/b', 'two')}`
  assert.deepEqual(await warned(text('"one" in mcp.tool.labels || "two" in mcp.tool.labels')), [])
  assert.equal((await warned(text('"three" in mcp.tool.labels'))).length, 1)
})
