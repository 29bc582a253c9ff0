// What a configuration adds to log and metrics: fields, filters, labels, all of them expressions.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { dryCompile } from '../../src/gateway/compile.ts'
import { Gateway } from '../../src/gateway/gateway.ts'
import { parts } from '../../src/gateway/parts.ts'
import { createAccessLog } from '../../src/telemetry/access-log.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const routes = 'binds: [{port: 1, listeners: [{routes: [{policies: {directResponse: {status: 201, body: hi}}}]}]}]'

async function start(t: TestContext, config: string) {
  const { shape, problems } = loadConfig({ text: `${config}\n${routes}`, file: 'c.yaml', env: {}, parts })
  assert.deepEqual(problems, [])
  assert.ok(shape)
  const lines: string[] = []
  const metrics = createMetrics({ version: 't', process: false })
  const gateway = await Gateway.start(
    { ...shape, binds: shape.binds.map((bind) => ({ ...bind, port: 0 })) },
    {
      log: silent,
      metrics,
      accessLog: createAccessLog({ format: shape.accessLog.format, write: (line) => lines.push(line) }),
      host: '127.0.0.1',
      read: () => undefined,
    },
  )
  t.after(() => gateway[Symbol.asyncDispose]())
  const url = `http://127.0.0.1:${gateway.ports.get(0)}`
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
    await (await fetch(url + path, { headers })).text()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { ask, lines, metrics }
}

test('fields are added at the end of the line, in their order; those that fail are not there', async (t) => {
  const { ask, lines } = await start(
    t,
    `config: {logging: {fields: {add: {who: 'request.headers["x-who"]', code: response.code, long: 'request.path.size() > 3', sub: jwt.sub}}}}`,
  )
  await ask('/path', { 'x-who': 'me and you' })
  await ask('/')
  assert.match(lines[0] ?? '', /duration=\d+ms who="me and you" code=201 long=true\n$/)
  assert.match(lines[1] ?? '', /duration=\d+ms code=201 long=false\n$/)
})

test('JSON lines keep numbers as numbers; objects are text unless they are flattened', async (t) => {
  const { ask, lines } = await start(
    t,
    `config: {logging: {format: json, fields: {add: {code: response.code, whole: '{"a": [1]}', flat: 'flatten({"a": 1, "b": {"c": 2}})', deep: 'flattenRecursive({"b": {"c": [2]}})'}}}}`,
  )
  await ask('/')
  const line = JSON.parse(lines[0] ?? '')
  assert.deepEqual(
    [line.code, line.whole, line['flat.a'], line['flat.b'], line['deep.b.c.0']],
    [201, '{"a":[1]}', 1, '{"c":2}', 2],
  )
})

test('a value cannot break out of its line', async (t) => {
  const { ask, lines } = await start(
    t,
    `config: {logging: {fields: {add: {x: '"a\\nlevel=fake"', y: 'flatten({"b\\" c=1": 2})'}}}}`,
  )
  await ask('/')
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /x="a\\nlevel=fake" y\.b__c_1=2\n$/)
})

test('fields are left out by name, and the frontend policy wins over `config.logging`', async (t) => {
  const { ask, lines } = await start(
    t,
    `config: {logging: {fields: {remove: [http.host], add: {a: '"one"', b: '"kept"'}}}}
frontendPolicies: {accessLog: {remove: [src.addr], add: {a: '"two"'}}}`,
  )
  await ask('/')
  const [line = ''] = lines
  assert.doesNotMatch(line, /http\.host|src\.addr/)
  assert.match(line, /http\.path=\/ .* b=kept a=two\n$/)
})

test('only what every filter wants is logged; a filter that fails wants nothing', async (t) => {
  const { ask, lines } = await start(
    t,
    `config: {logging: {filter: 'response.code == 201'}}
frontendPolicies: {accessLog: {filter: 'request.headers["x-log"] == "yes"'}}`,
  )
  await ask('/a')
  await ask('/b', { 'x-log': 'no' })
  await ask('/c', { 'x-log': 'yes' })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /http\.path=\/c/)
})

test('labels of the configuration are on the metrics of requests, `unknown` where they fail', async (t) => {
  const { ask, metrics } = await start(t, `config: {metrics: {fields: {add: {team: 'request.headers["x-team"]'}}}}`)
  await ask('/', { 'x-team': 'red' })
  await ask('/', { 'x-team': 'red' })
  await ask('/')
  const text = await metrics.render()
  assert.match(text, /agentgateway_requests_total\{[^}]*team="red"[^}]*\} 2\n/)
  assert.match(text, /agentgateway_requests_total\{[^}]*team="unknown"[^}]*\} 1\n/)
})

test('callers cannot make labels without end', async (t) => {
  const { ask, metrics } = await start(
    t,
    `config: {limits: {toolsTotal: 3}, metrics: {fields: {add: {team: 'request.headers["x-team"]'}}}}`,
  )
  for (let i = 0; i < 10; i++) await ask('/', { 'x-team': `t${i}` })
  const teams = new Set(
    [...(await metrics.render()).matchAll(/requests_total\{[^}]*team="(\w+)"/g)].map(([, name]) => name),
  )
  assert.deepEqual([...teams], ['t0', 't1', 't2', 'other'])
})

test('what is wrong with them is said where it is written', async () => {
  const text = `config: {logging: {filter: 'request.path', fields: {add: {a: 'nope('}}}, metrics: {fields: {add: {b: 'fooo(1)'}}}}\n${routes}`
  const { shape } = loadConfig({ text, file: 'c.yaml', env: {}, parts })
  assert.ok(shape)
  const problems = await dryCompile(shape, () => undefined)
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ path }) => path.join('.'))
  assert.deepEqual(errors, ['config.logging.filter', 'config.logging.fields.add.a', 'config.metrics.fields.add.b'])
})
