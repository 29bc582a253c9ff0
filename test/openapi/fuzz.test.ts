// Any document and any arguments: nothing throws, nothing goes on for ever, names are names, and requests keep their rules.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pattern, regex } from '../../src/cel/regex.ts'
import { convert } from '../../src/openapi/convert.ts'
import { Pages } from '../../src/openapi/follow.ts'
import { type Library, readDocument } from '../../src/openapi/load.ts'
import { sentence } from '../../src/openapi/loss.ts'
import { result } from '../../src/openapi/result.ts'
import type { Options } from '../../src/openapi/tool.ts'
import { fields } from '../../src/openapi/value.ts'
import { held, shaped } from './hostile.ts'
import { document } from './strange.ts'

/** The same runs each time; more of them, and others, by night: `FUZZ=20`. */
const more = process.env['FUZZ']
const numRuns = 150 * Number(more ?? 1)
const seed = more === undefined ? { seed: 20_261_124 } : {}

const pattern: Options['pattern'] = (source) => {
  const compiled = regex(source)
  return compiled instanceof Pattern ? compiled : undefined
}

const options: fc.Arbitrary<Options> = fc.record({
  arguments: fc.constantFrom('grouped', 'flat'),
  descriptions: fc.constantFrom('compatible', 'full'),
  outputSchema: fc.constantFrom('loose', 'strict', 'off'),
  results: fc.constantFrom('compatible', 'plain'),
  compatibility: fc.constantFrom(undefined, 'agentgateway'),
  inline: fc.boolean(),
  ownHost: fc.boolean(),
  nameLimit: fc.constantFrom(64, 24),
  otherHosts: fc.constantFrom<Options['otherHosts']>('all', undefined, ['evil.example']),
  credentials: fc.constantFrom<Options['credentials']>(undefined, new Set(['key'])),
  pattern: fc.constant(pattern),
})

function read(source: object): Library | undefined {
  const library = readDocument(JSON.stringify(source), 'strange.json')
  return 'code' in library ? undefined : library
}

test('whatever a document says, it becomes tools with names of their own, or is named with its place', () => {
  fc.assert(
    fc.property(document, options, (source, how) => {
      const library = read(source)
      fc.pre(library !== undefined)
      const conversion = convert(library, how)
      const { tools, losses, operations } = conversion
      assert.ok(tools.length <= operations)
      const names = tools.map(({ name }) => name)
      assert.equal(new Set(names).size, names.length)
      for (const { name, definition } of tools) {
        assert.match(name, how.nameLimit === 24 ? /^[a-zA-Z0-9_-]{1,24}$/ : /^[a-zA-Z0-9_-]{1,64}$/)
        for (const key of ['inputSchema', 'outputSchema']) {
          if (definition[key] === undefined) continue
          assert.equal(fields(definition[key])['type'], 'object')
          for (const [, to = ''] of JSON.stringify(definition[key]).matchAll(/"\$ref":"(#\/\$defs\/[^"]*)"/g))
            assert.ok(Object.hasOwn(fields(fields(definition[key])['$defs']), to.slice('#/$defs/'.length)), to)
        }
      }
      for (const loss of losses) {
        assert.match(sentence(loss), /^strange\.json(?::\d+)? #/)
        assert.equal(loss.line, 1)
      }
      const { constraints, operations: made } = conversion.score()
      assert.ok(constraints.kept <= constraints.of && made.made === tools.length)
    }),
    { numRuns: numRuns * 4, ...seed },
  )
})

test('whatever arguments a call has, its request keeps the rules of its document', () => {
  fc.assert(
    fc.property(document, options, fc.context(), (source, how, context) => {
      const library = read(source)
      fc.pre(library !== undefined)
      for (const tool of convert(library, how).tools) {
        const { inputSchema } = tool.definition
        for (const args of fc.sample(shaped(inputSchema, inputSchema), { numRuns: 6, seed: tool.name.length })) {
          context.log(JSON.stringify(args)?.slice(0, 500) ?? 'undefined')
          held(tool, args)
        }
      }
    }),
    { numRuns: numRuns * 3, ...seed },
  )
})

test('whatever a server answers, the result is one JSON value', () => {
  const response = fc.record({
    status: fc.constantFrom(200, 201, 204, 206, 301, 304, 400, 404, 429, 500, 503),
    headers: fc.dictionary(
      fc.constantFrom('content-type', 'link', 'location', 'content-disposition', 'retry-after', 'x-next'),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.constantFrom(
          'application/json',
          'text/event-stream',
          'image/png',
          '</a?a=1>; rel=next',
          '/a?b=2',
          'text/plain; charset=x',
        ),
        fc.constantFrom('application/x-ndjson', 'attachment; filename="../x\r\ny"', "a; filename*=utf-8''%00%ff", ''),
      ),
    ),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom(
        Buffer.alloc(0),
        Buffer.from('data: x\n\ndata'),
        Buffer.from('{"next_a":1,"links":{"next":"?a=2"}}'),
      ),
    ),
  })
  fc.assert(
    fc.property(document, options, fc.array(response, { minLength: 1, maxLength: 5 }), (source, how, answers) => {
      const library = read(source)
      fc.pre(library !== undefined)
      for (const tool of convert(library, how).tools)
        for (const answer of answers) {
          const { raw, kind } = result(tool, answer, { args: {}, mismatch: () => {} })
          const told = fields(JSON.parse(raw))
          assert.ok(kind === 'error' ? typeof told['message'] === 'string' : Array.isArray(told['content']), raw)
          assert.ok(!/[\r\n]/.test(raw))
        }
    }),
    { numRuns, ...seed },
  )
})

test('a document that grows changes none of the tools that it had', () => {
  fc.assert(
    fc.property(document, document, options, (source, other, how) => {
      const library = read(source)
      fc.pre(library !== undefined)
      const before = convert(library, how)
      fc.pre(before.tools.length > 0)
      // What comes along has paths and names that nobody has yet, and gives none to schemas; it may come first or last.
      const text = JSON.stringify(other['paths']).replaceAll('"$anchor"', '"x-anchor"').replaceAll('"$id"', '"x-id"')
      const unnamed: unknown = JSON.parse(text)
      const more = Object.fromEntries(
        Object.entries(fields(unnamed)).map(([key, item], index) => [
          `/fresh${index}${key.replaceAll(/[^A-Za-z/]/g, '')}`,
          Object.fromEntries(
            Object.entries(fields(item)).map(([method, one]) => [
              method,
              { ...fields(one), operationId: `fresh_${index}_${method}`, 'x-mcp': {} },
            ]),
          ),
        ]),
      )
      for (const paths of [
        { ...fields(source['paths']), ...more },
        { ...more, ...fields(source['paths']) },
      ]) {
        const grown = read({ ...source, paths })
        assert.ok(grown !== undefined)
        const after = new Map(
          convert(grown, how).tools.map(({ name, definition }) => [name, JSON.stringify(definition)]),
        )
        for (const { name, definition } of before.tools) assert.equal(after.get(name), JSON.stringify(definition), name)
      }
    }),
    { numRuns, ...seed },
  )
})

test('whatever pages a server sends, reading them comes to an end, and all of them are one JSON value', () => {
  const library = read({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://api.example.test' }],
    paths: {
      '/a': {
        get: {
          operationId: 'list',
          parameters: ['cursor', 'page', 'owner'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
          responses: {},
        },
      },
    },
  })
  assert.ok(library !== undefined)
  const next = fc.constantFrom<object>(
    { next_cursor: 'a' },
    { next_cursor: 'b' },
    { next_page: 2 },
    { meta: { next_cursor: 'c' } },
    { links: { next: '/a?page=3&owner=evil' } },
    { next: 'https://evil.example/?cursor=d' },
    {},
  )
  const page = fc.oneof(
    fc
      .tuple(fc.jsonValue({ maxDepth: 3 }), next)
      .map(([items, more]) => Buffer.from(JSON.stringify({ items, ...more }))),
    fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), next)
      .map(([all, more]) => Buffer.from(JSON.stringify({ ...all, ...more }))),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  )
  const args = fc.constantFrom<object>({}, { query: {} }, { query: { owner: 'me', cursor: 'a' } })
  fc.assert(
    fc.property(
      fc.array(page, { minLength: 1, maxLength: 12 }),
      args,
      fc.integer({ min: 2, max: 8 }),
      (all, asked, most) => {
        const [tool] = convert(library, { pages: most }).tools
        assert.ok(tool !== undefined)
        const pages = new Pages(tool, asked)
        let wanted: unknown = asked
        for (const body of all) {
          held(tool, wanted)
          wanted = pages.take({ status: 200, headers: { 'content-type': 'application/json' }, body }, wanted)
          // What the caller has said stays said.
          assert.ok(
            wanted === undefined ||
              !JSON.stringify(wanted).includes('evil') ||
              !('query' in asked && 'owner' in fields(asked.query)),
          )
          if (wanted === undefined) break
        }
        assert.ok(pages.read <= most)
        const whole = pages.joined()
        if (whole === undefined) return
        const { raw } = result(tool, whole.response, { args: whole.args, pages: pages.about() })
        assert.ok(Array.isArray(fields(JSON.parse(raw))['content']))
      },
    ),
    { numRuns: numRuns * 2, ...seed },
  )
})
