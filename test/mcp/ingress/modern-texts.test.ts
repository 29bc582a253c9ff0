// Texts that are spliced instead of written anew: whatever they hold, they say the same as if they had been.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rawJson } from '../../../src/core/brand.ts'
import { Onward, Reworded } from '../../../src/mcp/ingress/modern-envelope.ts'
import { Stamper } from '../../../src/mcp/ingress/modern-result.ts'
import { resultType } from '../../../src/mcp/wire.ts'
import { incoming } from '../upstreams.ts'

const PREFIX = 'io.modelcontextprotocol/'
const SERVER = `${PREFIX}serverInfo`
/** Names that mean something here, and such that only look so. */
const names = fc.oneof(
  fc.constantFrom(
    '_meta',
    'resultType',
    'ttlMs',
    'cacheScope',
    'tools',
    'execution',
    'name',
    'a"b',
    '\\',
    '_meta"',
    'é',
    `${PREFIX}x`,
  ),
  fc.string(),
)
const values = fc.jsonValue({ maxDepth: 3 })
const objects = fc.dictionary(names, values)
/** Spellings of the same: with space, or without. */
const spelled = (value: unknown, space: boolean): string => JSON.stringify(value, undefined, space ? 1 : 0) ?? 'null'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

test('a stamped result is the result and its stamps', () => {
  const stamper = new Stamper()
  fc.assert(
    fc.property(objects, fc.option(objects), fc.boolean(), (plain, meta, space) => {
      const whole: Record<string, unknown> = { ...plain, ...(meta !== null && { _meta: meta }) }
      const { raw } = stamper.stamp({ kind: 'result', raw: rawJson(spelled(whole, space)) }, 'tools/call')
      const read: unknown = JSON.parse(raw)
      assert.ok(isObject(read))
      const { resultType: type, _meta, ...rest } = read
      const { resultType: said, _meta: had, ...before } = JSON.parse(JSON.stringify(whole))
      assert.deepEqual(rest, before)
      assert.deepEqual(type, said === undefined ? 'complete' : said)
      if (had === undefined || isObject(had)) {
        assert.ok(isObject(_meta))
        assert.deepEqual({ [SERVER]: _meta[SERVER], ...had }, _meta)
        assert.ok(isObject(_meta[SERVER]))
      }
    }),
  )
})

test('lists say how long they may be used, and by whom, once', () => {
  const stamper = new Stamper()
  fc.assert(
    fc.property(objects, fc.boolean(), (plain, space) => {
      const { tools: _, ...rest } = plain
      const text = spelled({ ...rest, tools: [{ name: 'a', execution: { taskSupport: 'required' } }, plain] }, space)
      const { raw } = stamper.stamp({ kind: 'result', raw: rawJson(text) }, 'tools/list')
      const read: { tools: readonly unknown[]; cacheScope: unknown; ttlMs: unknown } = JSON.parse(raw)
      const { execution: __, ...kept } = JSON.parse(JSON.stringify(plain))
      assert.deepEqual(read.tools, [{ name: 'a' }, kept])
      assert.ok('cacheScope' in rest ? read.cacheScope === 'private' : 'ttlMs' in rest || read.cacheScope === 'private')
      assert.ok('ttlMs' in read || 'cacheScope' in rest)
    }),
  )
})

test('the kind of a result is what its own member says, whatever stands in it', () => {
  fc.assert(
    fc.property(objects, fc.boolean(), (plain, space) => {
      const { resultType: said } = JSON.parse(JSON.stringify(plain))
      assert.equal(resultType(rawJson(spelled(plain, space))), typeof said === 'string' ? said : 'complete')
    }),
  )
})

test('a request goes on without what was for one hop, and its members are where it says', () => {
  fc.assert(
    fc.property(objects, objects, fc.boolean(), (plain, meta, space) => {
      const params = Object.fromEntries(
        Object.entries({ before: 1, ...plain, _meta: { ...meta, [`${PREFIX}y`]: 1 }, after: 2 }),
      )
      const said = incoming('tools/call', spelled(params, space))
      const onward = new Onward(said)
      const kept = Object.fromEntries(Object.entries(meta).filter(([name]) => !name.startsWith(PREFIX)))
      const expected = JSON.parse(JSON.stringify({ ...params, _meta: kept }))
      assert.deepEqual(JSON.parse(onward.rawParams ?? ''), expected)
      assert.deepEqual(onward.params, expected)
      for (const [name, value] of Object.entries(expected)) {
        const at = onward.at(name)
        assert.deepEqual(JSON.parse(onward.rawParams?.slice(at?.start, at?.end) ?? ''), value, name)
        assert.equal(onward.string(name), typeof value === 'string' ? value : undefined)
      }
      const other = new Reworded(
        onward,
        new Map([
          ['before', undefined],
          ['new', rawJson('[3]')],
        ]),
      )
      const { before: _, ...rest } = expected
      assert.deepEqual(other.params, { ...rest, new: [3] })
      const at = other.at('new')
      assert.equal(other.rawParams.slice(at?.start, at?.end), '[3]')
    }),
  )
})
