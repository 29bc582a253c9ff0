// What the report says of each kind of client, by its name; and of what troubles models whatever the client is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hint, hintsFor } from '../../src/cli/openapi-hints.ts'
import { type Profile, profiles } from '../../src/mcp/profiles.ts'
import { convert } from '../../src/openapi/convert.ts'
import { readDocument } from '../../src/openapi/load.ts'
import type { Options } from '../../src/openapi/tool.ts'

/** Hints about a document with these operations by name. */
function hints(operations: Readonly<Record<string, object>>, options: Options = {}): readonly Hint[] {
  const library = readDocument(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      paths: Object.fromEntries(
        Object.entries(operations).map(([operationId, more]) => [
          `/${operationId}`,
          { post: { operationId, description: 'Does it.', responses: {}, ...more } },
        ]),
      ),
      components: { schemas: { S: { type: 'object', properties: { s: { $ref: '#/components/schemas/S' } } } } },
    }),
    'api.json',
  )
  assert.ok(!('code' in library))
  const { tools } = convert(library, options)
  assert.equal(tools.length, Object.keys(operations).length)
  return hintsFor(tools)
}

const many = (count: number): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, {}]))
const body = (schema: unknown): object => ({ requestBody: { content: { 'application/json': { schema } } } })
const known: readonly Profile[] = Object.values(profiles)

test('a document without trouble has no hints', () => {
  assert.deepEqual(hints({ a: body({ type: 'object', properties: { x: { type: 'string' } } }) }), [])
})

for (const { title, tools } of known)
  test(`${title}: so many tools and no more`, () => {
    if (tools === undefined) return assert.ok(!hints(many(200)).some(({ clients = [] }) => clients.includes(title)))
    assert.ok(!hints(many(tools)).some(({ clients = [] }) => clients.includes(title)))
    const [hint] = hints(many(tools + 1))
    assert.ok(hint !== undefined && hint.clients?.includes(title) === true)
    assert.match(hint.problem, new RegExp(`^${tools + 1} tools, and clients take fewer \\(.*${title} ${tools}`))
    assert.ok(hint.tools.includes(`t${tools}`), 'what is not listed is named')
    assert.match(hint.fix, /exclude: true/)
  })

for (const { title, name } of known)
  test(`${title}: names so long and no longer`, () => {
    const of = (length: number): readonly Hint[] => hints({ ['n'.repeat(length)]: {}, short: {} })
    // Longer ones are shortened before any client sees them.
    if (name === undefined || name >= 64)
      return assert.ok(!of(64).some(({ clients = [] }) => clients.includes(title)), `${title} has no bound of its own`)
    assert.ok(!of(name).some(({ clients = [] }) => clients.includes(title)))
    const [hint] = of(name + 1)
    assert.ok(hint !== undefined && hint.clients?.includes(title) === true)
    assert.match(hint.problem, new RegExp(`names longer than \\d+ characters.*${title} ${name}`))
    assert.deepEqual(hint.tools, ['n'.repeat(name + 1)])
    assert.match(hint.fix, /tools: \[\{ match, name \}\]/)
  })

for (const { title, refuses } of known)
  test(`${title}: nothing that it refuses stands at the root of a schema, in either layout`, () => {
    const choice = { oneOf: [{ type: 'object', properties: { a: {} } }, { type: 'object' }], not: { type: 'null' } }
    for (const layout of ['grouped', 'flat'] as const)
      for (const schema of [choice, { allOf: [choice] }, { anyOf: [choice, choice] }, { enum: [{}] }]) {
        const library = readDocument(
          JSON.stringify({ openapi: '3.1.0', info: {}, paths: { '/a': { post: { ...body(schema), responses: {} } } } }),
          'a',
        )
        assert.ok(!('code' in library))
        const [tool] = convert(library, { arguments: layout }).tools
        const root = Object(tool?.definition['inputSchema'])
        assert.equal(root.type, 'object')
        for (const keyword of refuses) assert.ok(!(keyword in root), keyword)
      }
  })

test('what troubles models is told with the tools that it is about, and what to do', () => {
  for (const [operation, problem, fix] of [
    [{ description: undefined }, /^no description and no summary/, /description/],
    [body({ $ref: '#/components/schemas/S' }), /\(\$ref\)/, /inline: true/],
    [body({ type: 'object', properties: { 'a b': { type: 'string' } } }), /^names of arguments/, /parameters/],
    [body({ type: 'object', properties: { a: true } }), /just true or false/, /describe/],
    [body({ type: 'array', items: { anyOf: [{ type: 'string' }, false] } }), /just true or false/, /describe/],
    [{ description: 'x'.repeat(4000), ...body({ enum: ['y'.repeat(13_000)] }) }, /larger than 16384 bytes/, /exclude/],
  ] as const) {
    const found = hints({ odd: operation, even: {} })
    assert.deepEqual(
      found.map(({ tools }) => tools),
      [['odd']],
      String(problem),
    )
    assert.match(found[0]?.problem ?? '', problem)
    assert.match(found[0]?.fix ?? '', fix)
  }
  assert.deepEqual(hints({ odd: body({ $ref: '#/components/schemas/S' }) }, { inline: true }), [])
})
