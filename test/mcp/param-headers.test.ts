// Which arguments headers repeat, how they are written, and which schemas no client over HTTP may use.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodedHeader,
  encodedHeader,
  type ParamHeader,
  paramHeadersOf,
  paramHeaderValue,
  readParamHeaders,
} from '../../src/mcp/param-headers.ts'

const region = { type: 'string', 'x-mcp-header': 'Region' }
const schema = (properties: object) => ({ type: 'object', properties })
const header = (path: readonly string[], type: ParamHeader['type'] = 'string'): ParamHeader => ({
  name: 'H',
  path,
  type,
})

test('headers are read along chains of properties', () => {
  const nested = schema({ place: schema({ region }), count: { type: 'integer', 'x-mcp-header': 'Count' } })
  assert.deepEqual(readParamHeaders(nested), {
    kind: 'fit',
    headers: [
      { name: 'Region', path: ['place', 'region'], type: 'string' },
      { name: 'Count', path: ['count'], type: 'integer' },
    ],
  })
  assert.deepEqual(readParamHeaders(schema({ a: { type: 'string' } })), { kind: 'fit', headers: [] })
})

test('a tool is unfit when a header is no name, is wanted twice, repeats no scalar, or stands elsewhere', () => {
  for (const properties of [
    { a: { type: 'string', 'x-mcp-header': 'not a token' } },
    { a: { type: 'string', 'x-mcp-header': 7 } },
    { a: { type: 'string', 'x-mcp-header': '' } },
    { a: region, b: { type: 'string', 'x-mcp-header': 'REGION' } },
    { a: { type: 'number', 'x-mcp-header': 'N' } },
    { a: { type: 'array', items: region } },
    { a: { anyOf: [region] } },
  ])
    assert.equal(readParamHeaders(schema(properties)).kind, 'unfit', JSON.stringify(properties))
})

test('an argument is called as the schema calls it, even when that is the keyword', () => {
  assert.deepEqual(readParamHeaders(schema({ 'x-mcp-header': { type: 'string' } })), { kind: 'fit', headers: [] })
})

test('values are plain where headers can carry them, base64 where not, and nothing when absent', () => {
  assert.equal(paramHeaderValue(header(['a']), { a: 'eu-west' }), 'eu-west')
  assert.equal(paramHeaderValue(header(['a', 'b'], 'integer'), { a: { b: 12 } }), '12')
  assert.equal(paramHeaderValue(header(['a'], 'boolean'), { a: false }), 'false')
  assert.equal(paramHeaderValue(header(['a'], 'integer'), { a: 2 ** 60 }), undefined)
  for (const args of [{}, { a: null }, [], 'a', undefined, { b: 1 }])
    assert.equal(paramHeaderValue(header(['a']), args), undefined)
  assert.equal(paramHeaderValue(header(['constructor']), {}), undefined)
  for (const text of ['Zürich', ' edge', 'edge ', 'a\r\nb: c', '=?base64?YQ==?=', '']) {
    const encoded = encodedHeader(text)
    assert.match(encoded, /^[\x20-\x7e]*$/)
    assert.equal(encoded.trim(), encoded)
    assert.equal(decodedHeader(encoded), text)
  }
  assert.equal(decodedHeader('=?base64?YQ?='), undefined)
})

test('what a listed tool says is read once', () => {
  const listed = { text: JSON.stringify({ name: 't', inputSchema: schema({ region }) }) }
  assert.deepEqual(paramHeadersOf(listed), [{ name: 'Region', path: ['region'], type: 'string' }])
  assert.equal(paramHeadersOf(listed), paramHeadersOf(listed))
  assert.deepEqual(paramHeadersOf({ text: '{"name":"t"}' }), [])
})
