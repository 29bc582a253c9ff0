// Credentials: slots that the configuration fills, never arguments, and nothing replaces them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { converted, refused, sent, tool } from './documents.ts'

const document = (security: unknown, parameters: readonly object[] = []): object => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test' }],
  security: [{ oauth: [] }],
  paths: {
    '/a': { get: { operationId: 'get', ...(security !== undefined && { security }), parameters, responses: {} } },
  },
  components: {
    securitySchemes: {
      header: { type: 'apiKey', in: 'header', name: 'X-Key' },
      query: { type: 'apiKey', in: 'query', name: 'api key' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'Bearer' },
      oauth: {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: 'https://id.example.test/token', scopes: { read: 'r' } } },
      },
      certificate: { type: 'mutualTLS' },
    },
  },
})

const get = (security: unknown, filled: readonly string[], parameters: readonly object[] = []) =>
  tool(converted(document(security, parameters), { credentials: new Set(filled) }), 'get')

test('each kind goes where the document says', () => {
  const all = [{ header: [], query: [], cookie: [] }]
  const made = sent(
    get(all, ['header', 'query', 'cookie']),
    {},
    { header: 'k 1', query: 'a&b', cookie: 'c;d', basic: 'unused' },
  )
  assert.deepEqual(
    [made.headers['X-Key'], made.query, made.headers['Cookie'], made.headers['Authorization']],
    ['k 1', '?api%20key=a%26b', 'sid=c%3Bd', undefined],
  )
  assert.equal(
    sent(get([{ basic: [] }], ['basic']), {}, { basic: 'user:pass' }).headers['Authorization'],
    'Basic dXNlcjpwYXNz',
  )
  assert.equal(sent(get([{ bearer: [] }], ['bearer']), {}, { bearer: 't' }).headers['Authorization'], 'Bearer t')
  assert.equal(sent(get(undefined, ['oauth']), {}, { oauth: 't' }).headers['Authorization'], 'Bearer t')
})

test('the first alternative whose slots are all filled is used; none at all means nothing is sent', () => {
  const either = [{ header: [], basic: [] }, { bearer: [] }, {}]
  assert.deepEqual(get(either, ['bearer', 'header']).security, ['bearer'])
  assert.deepEqual(get(either, []).security, [])
  assert.deepEqual(get([{ header: [] }], []).security, undefined)
  assert.deepEqual(get([], ['oauth']).security, [])
  assert.deepEqual(get(undefined, ['oauth']).security, ['oauth'])
  assert.deepEqual(sent(get([], ['oauth']), {}, { oauth: 't' }).headers['Authorization'], undefined)
})

test('schemes are told of to who fills them', () => {
  const { schemes } = converted(document(undefined))
  assert.deepEqual(schemes.get('oauth'), {
    kind: 'oauth2',
    tokenUrl: 'https://id.example.test/token',
    scopes: ['read'],
  })
  assert.deepEqual(schemes.get('certificate'), { kind: 'mutualTLS' })
})

test('a parameter that is a credential is no argument once its slot is filled, and cannot replace it', () => {
  const parameters = [
    { name: 'x-key', in: 'header', schema: { type: 'string' } },
    { name: 'token', in: 'query', schema: { type: 'string' } },
  ]
  const open = get([{ header: [] }], [], parameters)
  assert.equal(sent(open, { header: { 'x-key': 'mine' } }).headers['x-key'], 'mine')
  const filled = get([{ header: [] }], ['header'], parameters)
  assert.match(refused(filled, { header: { 'x-key': 'mine' } }).problem, /not known/)
  assert.equal(sent(filled, { query: { token: 't' } }, { header: 'ours' }).headers['X-Key'], 'ours')
  assert.match(refused(get(undefined, ['oauth'], parameters), { query: { token: 't' } }).problem, /not known/)
})

test('a declared header never replaces a credential of the same name', () => {
  const parameters = [{ name: 'X-KEY', in: 'header', schema: { type: 'string' } }]
  // The slot is filled for this call alone: the parameter is still offered.
  const found = tool(converted(document([{ header: [] }], parameters)), 'get')
  const credentialed = {
    ...found,
    plan: { ...found.plan, schemes: [['header', { kind: 'apiKey', in: 'header', name: 'X-Key' }]] as const },
  }
  const { headers } = sent(credentialed, { header: { 'X-KEY': 'mine' } }, { header: 'ours' })
  assert.deepEqual([headers['X-Key'], headers['X-KEY']], ['ours', undefined])
})

test('a secret that cannot stand in a header is refused without being told', () => {
  const made = get([{ bearer: [] }], ['bearer'])
  assert.throws(
    () => sent(made, {}, { bearer: 'a\r\nX-Admin: 1' }),
    (thrown: Error) => !thrown.message.includes('X-Admin'),
  )
})

test('no credential is in any definition', () => {
  const text = JSON.stringify(get(undefined, ['oauth', 'header', 'query']).definition)
  for (const word of ['X-Key', 'api key', 'sid', 'oauth', 'Authorization', 'id.example.test'])
    assert.ok(!text.includes(word), word)
})
