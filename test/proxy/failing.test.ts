// Errors of undici and of the system, as our failures.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import { failing } from '../../src/proxy/failing.ts'

const coded = (code: string, message = ''): Error => Object.assign(new Error(message), { code })

test('every error has its failure code', () => {
  const cases: readonly [Error, string][] = [
    [coded('ECONNREFUSED'), 'upstream.unreachable'],
    [coded('ECONNRESET'), 'upstream.unreachable'],
    [coded('UND_ERR_SOCKET', 'other side closed'), 'upstream.unreachable'],
    [coded('UND_ERR_SOCKET', 'bad response'), 'upstream.protocol'],
    [coded('UND_ERR_SOCKET', 'bad upgrade'), 'upstream.protocol'],
    [Object.assign(new Error(), { name: 'HTTPParserError' }), 'upstream.protocol'],
    [coded('UND_ERR_HEADERS_OVERFLOW'), 'upstream.protocol'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'upstream.timeout'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'upstream.timeout'],
    [coded('ENOTFOUND'), 'upstream.dns'],
    [coded('EAI_AGAIN'), 'upstream.dns'],
    [coded('UND_ERR_INVALID_ARG'), 'request.invalid'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'upstream.unreachable'],
    [new Error('something else'), 'upstream.unreachable'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'upstream.unreachable'],
  ]
  for (const [error, code] of cases) assert.equal(failing(error).code, code, `${error.name} ${error.message}`)
})

test('a failure stays what it is', () => {
  const failure = new Failure('request.aborted', 'gone')
  assert.equal(failing(failure), failure)
})

test('addresses of backends are not told, certificate problems are', () => {
  const refused = failing(coded('ECONNREFUSED', 'connect ECONNREFUSED 10.1.2.3:8080'))
  assert.doesNotMatch(refused.message, /10\.1/)
  assert.match(failing(coded('CERT_HAS_EXPIRED')).message, /TLS handshake .*CERT_HAS_EXPIRED/)
})
