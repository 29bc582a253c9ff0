// Secrets by format: what is one, where it ends, and what only looks like one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scanDefinition, scanText } from '../../src/scan/scan.ts'
import { secretsIn } from '../../src/scan/secrets.ts'

// Put together at run time: whoever looks for leaked keys in repositories must not find any here.
const keys: readonly (readonly [kind: string, parts: readonly string[]])[] = [
  ['aws-access-key', ['AK', 'IAQ7NB3ZKD2MWX5VTR']],
  ['google-api-key', ['AI', 'zaSyC9vXb2LmQ4rT7wEz1KpUj8NhGd5FsYa30']],
  ['github-token', ['gh', 'p_k3Vd92LmQzXw71RtYpB64NsHjGf05CeAuTi8']],
  ['github-token', ['github', '_pat_11ABQZ7Y04kLm9PqRsT2_vWxYz81bNc37HdJfGe56']],
  ['gitlab-token', ['gl', 'pat-9xK2mQ7vR4tB8nW1zL6d']],
  ['slack-token', ['xo', 'xb-71936402853-Kd82LmPq04XvRt95ZwYb']],
  ['stripe-key', ['sk', '_live_4Kd82LmPq04XvRt95ZwYbN1c']],
  ['anthropic-key', ['sk', '-ant-api03-kP9vQ2xR7mT4nB8cW1zL6dF3']],
  ['openai-key', ['sk', '-proj-kP9vQ2xR7mT4nB8cW1zL6dF3gH5j']],
  ['sendgrid-key', ['S', 'G.kP9vQ2xR7mT4nB8cW1zL6d.F3gH5jK0aSuYeIoVtkP9vQ2xR7mT4nB8cW1zL6dF3gH']],
  ['npm-token', ['np', 'm_kP9vQ2xR7mT4nB8cW1zL6dF3gH5jK0aSuYeI']],
  ['vault-token', ['hv', 's.CAESIJ7kP9vQ2xR7mT4nB8cW1zL6']],
]

test('every key is found by its format, from its first to its last character', () => {
  for (const [kind, parts] of keys) {
    const key = parts.join('')
    const text = `export KEY_${parts.length}='${key}' # of the test`
    assert.deepEqual(secretsIn(text), [{ kind, start: 14, end: 14 + key.length }], kind)
  }
})

test('a private key is found whole, and one that is cut off to where it was cut', () => {
  const body = 'MIIEowIBAAKCAQEA7bq0c2Jx9vQmT4nB8cW1zL6dF3gH5jK0aSuYeIoVtkP9vQ2x\n'.repeat(3)
  const [begin, end] = [['-----BEGIN', 'RSA PRIVATE KEY-----'].join(' '), '-----END RSA PRIVATE KEY-----']
  const whole = `file:\n${begin}\n${body}${end}\nrest`
  assert.deepEqual(secretsIn(whole), [{ kind: 'private-key', start: 6, end: whole.length - 5 }])
  const cut = `${begin}\n${body}`
  assert.deepEqual(secretsIn(cut), [{ kind: 'private-key', start: 0, end: cut.length }])
  assert.deepEqual(secretsIn(`a file that begins with ${begin} is a key. It must not be committed by anybody.`), [])
})

test('a token is one when its first part names an algorithm', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = part({ sub: 'anna' })
  const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${body}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg`
  assert.deepEqual(secretsIn(`token ${token}.`), [{ kind: 'jwt', start: 6, end: 6 + token.length }])
  const shown = `${part({ alg: 'HS256' })}.${part({ sub: '1234567890', name: 'John Doe' })}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg`
  assert.deepEqual(secretsIn(shown), [])
  assert.deepEqual(secretsIn(`cursor ${part({ page: 12345678 })}.${body}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg`), [])
})

test('values are found behind names that say they are secret', () => {
  const value = ['kP9vQ2xR7mT4', 'nB8cW1zL6dF3gH5jK0aS+uYe/IoVt'].join('')
  for (const before of ['"client_secret": "', 'api-key = ', 'aws_secret_access_key=', 'refreshToken: '])
    assert.deepEqual(secretsIn(`{ ${before}${value}`), [
      { kind: 'credential', start: 2 + before.length, end: 2 + before.length + value.length },
    ])
  assert.equal(secretsIn('\nDB_PASSWORD=korrekt-Pferd9\n')[0]?.kind, 'credential')
  assert.equal(secretsIn('postgres://reporting:b4tterie@db.internal/sales')[0]?.kind, 'url-password')
})

test('keys that say whose and for what they are', () => {
  const key = ['tides', 'live', '4f9k2m7q1x8z3c6v'].join('_')
  assert.deepEqual(secretsIn(`- Tides: ${key}\n`), [{ kind: 'api-key', start: 9, end: 9 + key.length }])
  for (const name of ['run_test_configurationloader', 'my_live_0000000000000000', 'web_prod_12345678901234567890'])
    assert.deepEqual(secretsIn(name), [], name)
})

test('examples, placeholders, names and hashes are no secrets', () => {
  for (const text of [
    `aws configure set aws_access_key_id ${['AK', 'IAIOSFODNN7EXAMPLE'].join('')}`,
    'GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'api_key: your_api_key_goes_here_please',
    'OPENAI_API_KEY=${OPENAI_API_KEY}',
    'DB_PASSWORD=<password>',
    'password=options.password.toString()',
    'client_secret = settings.oauth.client_secret_name',
    'nextPageToken: CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'integrity sha512-kP9vQ2xR7mT4nB8cW1zL6dF3gH5jK0aSuYeIoVtkP9vQ2xR7mT4nB8cW1zL6dF3gH5jK0aSuYeIoVt==',
    'postgres://user:password@localhost:5432/db',
    'mysql://shop:s3cr3tly@host/shop',
    'redis://guest:guest@queue.internal',
    'https://user:${PASSWORD}@example.com',
    'task-sk-learning-models-with-a-very-long-name1',
  ])
    assert.deepEqual(secretsIn(text), [], text)
})

test('a key that is encoded once, alone or in a file, is found as all of what is encoded', () => {
  for (const [, parts] of keys) {
    const key = parts.join('')
    for (const encoding of ['base64', 'base64url'] as const) {
      const run = Buffer.from(`value: ${key}\n`).toString(encoding)
      const [leak, ...more] = secretsIn(`data:\n  it: ${run} # kept`)
      assert.ok(leak !== undefined && more.length === 0, key.slice(0, 8))
      assert.deepEqual([leak.start, leak.end], [12, 12 + run.length])
    }
  }
  const file = Buffer.from(`${'# nothing\n'.repeat(30)}${keys[2]?.[1].join('')}\n${'# nothing\n'.repeat(30)}`)
  for (const lineEnd of ['\n', '\r\n']) {
    const lines = file.toString('base64').replace(/.{76}/g, `$&${lineEnd}`)
    const [leak] = secretsIn(`file:\n${lines}\n`)
    assert.equal(leak?.start, 6)
  }
  for (const honest of [Buffer.from('Nothing that anybody would hide, at some length.'), Buffer.alloc(300, 'key ')])
    assert.deepEqual(secretsIn(honest.toString('base64')), [])
})

test('the time for text made of beginnings of keys grows as its length', () => {
  for (const part of [
    'sk-',
    'eyJ',
    'AKIA',
    '-----BEGIN PRIVATE KEY-----',
    'password=',
    'a://b:',
    'SG.',
    'token',
    'QUJD',
    `${'a'.repeat(31)}\n`,
    `${'a'.repeat(32)}\n`,
  ])
    assert.ok(secretsIn(part.repeat(Math.ceil(200_000 / part.length))).length >= 0)
})

test('a key in an answer is a finding with its span; a definition that asks for one is none', () => {
  const key = keys[2]?.[1].join('') ?? ''
  const { findings } = scanText(`token: ${key}\n`)
  assert.deepEqual(
    findings.filter(({ rule }) => rule === 'SE-901').map(({ start, end, severity }) => ({ start, end, severity })),
    [{ start: 7, end: 7 + key.length, severity: 'medium' }],
  )
  const asking = {
    name: 'login',
    description: 'Signs in with an access token of the form ghp_… or an API key that begins with sk-.',
    inputSchema: {
      type: 'object',
      properties: { api_key: { type: 'string', examples: ['sk-xxxxxxxxxxxxxxxxxxxxxxxx'] } },
    },
  }
  assert.equal(
    scanDefinition(asking, 'tool').findings.some(({ rule }) => rule === 'SE-901'),
    false,
  )
})
