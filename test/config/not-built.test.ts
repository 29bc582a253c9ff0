import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { loadConfig } from '../../src/config/load.ts'
import { notBuilt } from '../../src/config/not-built.ts'
import { parts } from './parts.ts'

test('each policy that is not built is named by its key and keeps the gateway from starting', () => {
  for (const key of notBuilt.routePolicies) {
    const text = `binds: [{ port: 1, listeners: [{ routes: [{ policies: { ${key}: { anything: at all } } }] }] }]`
    const { shape, problems } = loadConfig({ text, file: '-', env: {}, parts })
    assert.equal(shape, undefined)
    assert.deepEqual(
      problems.map(({ code, path }) => [code, path.at(-1)]),
      [['config.not-built', key]],
    )
  }
})

test('a module that is handed in is built, whatever the list says', () => {
  const text = 'binds: [{ port: 1, listeners: [{ routes: [{ policies: { jwtAuth: { issuer: a } } }] }] }]'
  const more = { ...parts, policies: { ...parts.policies, jwtAuth: z.strictObject({ issuer: z.string() }) } }
  const { shape, problems } = loadConfig({ text, file: '-', env: {}, parts: more })
  assert.deepEqual(problems, [])
  assert.equal(shape?.binds[0]?.listeners[0]?.routes[0]?.policies[0]?.key, 'jwtAuth')
})

test('without a module for it, the `mcp` section is not built', () => {
  const { problems } = loadConfig({
    text: 'mcp: { targets: [] }',
    file: '-',
    env: {},
    parts: { policies: {}, backends: {} },
  })
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['config.not-built'],
  )
})
