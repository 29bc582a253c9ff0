import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { route, serve, upstream, wrongWith } from '../support/serve.ts'
import { AUDIENCE, ISSUER, keySet, publisher, seconds, signer } from '../support/tokens.ts'

const usual = `issuer: ${ISSUER}, audiences: [${AUDIENCE}]`
const bearer = (token: string, scheme = 'Bearer') => ({ headers: { authorization: `${scheme} ${token}` } })
const missing = 'authentication failure: no bearer token found'

/** A route with `jwtAuth` and the keys of a fresh signer in a file, as the `step` tool leaves them. */
async function guarded(t: TestContext, more: string, keys?: Awaited<ReturnType<typeof signer>>) {
  const one = keys ?? (await signer())
  const read = (file: string) => (file === './jwks-keyset' ? Buffer.from(keySet(one)) : undefined)
  const yaml = route(`{jwtAuth: {${usual}, jwks: {file: ./jwks-keyset}, ${more}}}`, await upstream(t))
  const served = await serve(t, yaml, { read })
  return { ...served, one }
}

const echoed = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) })

test('strict: without a token nobody gets in, and the log says why', async (t) => {
  const { ask, said, one } = await guarded(t, 'mode: strict')
  const refused = await ask()
  assert.deepEqual([refused.status, refused.text], [401, missing])
  assert.equal(refused.headers['content-type'], 'text/plain')
  assert.equal(refused.headers['www-authenticate'], undefined)
  assert.deepEqual([said[0]?.error, said[0]?.reason], [missing, 'JwtAuth'])
  assert.equal((await ask(bearer(await one.sign()))).status, 200)
  const wrong = await ask(bearer(await one.sign({ aud: 'other' })))
  assert.deepEqual(
    [wrong.status, wrong.text],
    [401, 'authentication failure: the token is invalid or malformed: Error(InvalidAudience)'],
  )
})

test('optional, which is the default: without a token anybody gets in, with a wrong one nobody', async (t) => {
  const { ask, one } = await guarded(t, '')
  assert.equal((await ask()).status, 200)
  assert.equal((await ask(bearer(await one.sign()))).status, 200)
  assert.equal((await ask(bearer(await one.sign({ exp: seconds() - 100 })))).status, 401)
  assert.equal((await ask(bearer('rubbish'))).status, 401)
})

test('an ID token is none where the kind is asked for (row 3)', async (t) => {
  const [strict, any] = [
    await guarded(t, 'mode: strict, jwtValidationOptions: {types: [AT+jwt]}'),
    await guarded(t, 'mode: strict'),
  ]
  for (const [typ, expected] of [
    ['JWT', 401],
    [undefined, 401],
    ['at+jwt', 200],
    ['application/at+jwt', 200],
  ] as const) {
    assert.equal((await strict.ask(bearer(await strict.one.sign({}, { typ })))).status, expected, String(typ))
    assert.equal((await any.ask(bearer(await any.one.sign({}, { typ })))).status, 200, 'without the rule')
  }
})

test('permissive: everybody gets in, and no token gets out', async (t) => {
  const { ask, one } = await guarded(t, 'mode: permissive')
  for (const token of [await one.sign(), await one.sign({ aud: 'other' }), 'rubbish']) {
    const answer = await ask(bearer(token))
    assert.equal(answer.status, 200)
    assert.doesNotMatch(answer.text, /authorization/)
  }
})

test('a token that has been verified does not go any further', async (t) => {
  const backend = await upstream(t)
  const one = await signer()
  const open = await serve(t, route('{}', backend))
  assert.match((await open.ask(bearer(await one.sign()))).text, /"authorization":"Bearer/, 'without the policy it does')
  const read = () => Buffer.from(keySet(one))
  const { ask } = await serve(t, route(`{jwtAuth: {${usual}, jwks: {file: keys}}}`, backend), { read })
  for (let twice = 0; twice < 2; twice++)
    assert.doesNotMatch((await ask(bearer(await one.sign()))).text, /authorization/)
})

test('the scheme is read as HTTP reads it; another scheme is no bearer token', async (t) => {
  const { ask, one } = await guarded(t, 'mode: strict')
  const token = await one.sign()
  for (const scheme of ['bearer', 'BEARER', 'Bearer  '])
    assert.equal((await ask(bearer(token, scheme))).status, 200, scheme)
  for (const scheme of ['Basic', 'Token', 'Bearer:'])
    assert.equal((await ask(bearer(token, scheme))).text, missing, scheme)
  for (const value of ['Bearer', 'Bearer ', token])
    assert.equal((await ask({ headers: { authorization: value } })).text, missing)
  assert.equal((await ask(bearer(`${token}, Bearer ${token}`))).status, 401)
})

test('of two Authorization headers none counts', async (t) => {
  const { raw, one } = await guarded(t, 'mode: strict')
  const [good, other] = [await one.sign(), await one.sign({ sub: 'boss', exp: seconds() - 100 })]
  const twice = (a: string, b: string): string =>
    `GET / HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${a}\r\nAuthorization: Bearer ${b}\r\nconnection: close\r\n\r\n`
  // Without the rule: node's server takes the first, and reads a second one to whoever asks for all.
  const seen: string[] = []
  const lenient = await upstream(t, (request, response) => {
    seen.push(request.headers.authorization ?? '', request.headersDistinct['authorization']?.at(-1) ?? '')
    response.end()
  })
  const socket = connect(lenient, '127.0.0.1').end(twice(good, other))
  await once(socket.resume(), 'close')
  assert.deepEqual(seen, [`Bearer ${good}`, `Bearer ${other}`], 'what is checked is not what is used')
  for (const [a, b] of [
    [good, other],
    [other, good],
    [good, good],
  ] as const)
    assert.match(await raw(twice(a, b)), /^HTTP\/1\.1 401 [^]*more than one bearer token found$/)
})

test('a token in the query or a cookie is not looked for', async (t) => {
  const { ask, one } = await guarded(t, 'mode: strict')
  const token = await one.sign()
  assert.equal((await ask({ path: `/?access_token=${token}` })).text, missing)
  assert.equal((await ask({ headers: { cookie: `access_token=${token}` } })).text, missing)
  // Where it is looked for, a link is enough to act in somebody's name, and histories and logs of others hold it.
  const lax = await guarded(t, 'mode: strict, location: {queryParameter: {name: access_token}}')
  assert.equal((await lax.ask({ path: `/?access_token=${await lax.one.sign()}` })).status, 200)
})

test('unless the configuration says where it is; then it is taken off there', async (t) => {
  const one = await signer()
  const at = (where: string) => guarded(t, `mode: strict, location: {${where}}`, one)
  const token = await one.sign()

  const query = await at('queryParameter: {name: tok}')
  const answer = await query.ask({ path: `/a?x=1&t%6Fk=${token}&y=2%203` })
  assert.equal(echoed.parse(JSON.parse(answer.text)).url, '/a?x=1&y=2%203')
  assert.equal(echoed.parse(JSON.parse((await query.ask({ path: `/a?tok=${token}` })).text)).url, '/a')
  assert.match((await query.ask({ path: `/?tok=${token}&tok=${token}` })).text, /more than one/)
  assert.equal((await query.ask(bearer(token))).text, missing)

  const cookie = await at('cookie: {name: session}')
  const cookies = await cookie.ask({ headers: { cookie: `a=1; session=${token}; b=2` } })
  assert.equal(echoed.parse(JSON.parse(cookies.text)).headers['cookie'], 'a=1; b=2')
  assert.doesNotMatch((await cookie.ask({ headers: { cookie: `session="${token}"` } })).text, /cookie/)
  assert.match((await cookie.ask({ headers: { cookie: `session=${token}; session=x` } })).text, /more than one/)

  const header = await at('header: {name: X-Token, prefix: "jwt:"}')
  assert.doesNotMatch((await header.ask({ headers: { 'x-token': `JWT:${token}` } })).text, /x-token/)
  assert.equal((await header.ask({ headers: { 'x-token': token } })).text, missing)
  const bare = await at('header: {name: X-Token}')
  assert.equal((await bare.ask({ headers: { 'x-token': token } })).status, 200)
})

test('an expression may say where the token is; whatever holds it goes no further, and what goes wrong is no token', async (t) => {
  const { ask, one } = await guarded(
    t,
    `mode: strict, location: {expression: 'request.headers["x-jwt"].stripPrefix("jwt:")'}`,
  )
  const token = await one.sign()
  const headers = { 'x-jwt': `jwt:${token}`, 'x-copy': [token, 'else'], cookie: `a=b; t=${token}`, 'x-mine': 'stays' }
  const answer = await ask({ path: `/?t=${token}&u=1`, headers })
  assert.deepEqual([answer.status, answer.text.includes(token)], [200, false])
  assert.match(answer.text, /"url":"\/\?u=1".*"cookie":"a=b".*"x-mine":"stays"/)
  assert.equal((await ask({ headers: { 'x-jwt': 'jwt:' } })).text, missing)
  assert.equal((await ask()).text, missing)
  assert.equal((await ask({ headers: { 'x-jwt': 'jwt:rubbish' } })).status, 401)
})

test('a preflight needs no token: it cannot carry one', async (t) => {
  const one = await signer()
  const yaml = route(
    `{cors: {allowOrigins: ["*"]}, jwtAuth: {mode: strict, ${usual}, jwks: '${keySet(one)}'}}`,
    await upstream(t),
  )
  const { ask } = await serve(t, yaml)
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  assert.equal((await ask({ method: 'OPTIONS', headers })).status, 200)
  const refused = await ask({ headers: { origin: 'https://app.example' } })
  assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [401, '*'])
})

test('tokens of several issuers, each with its own keys', async (t) => {
  const [acme, other] = await Promise.all([signer('a'), signer('b', 'RS256')])
  const yaml = route(
    `{jwtAuth: {mode: strict, providers: [{${usual}, jwks: '${keySet(acme)}'}, {issuer: other, jwks: '${keySet(other)}'}]}}`,
    await upstream(t),
  )
  const { ask } = await serve(t, yaml)
  assert.equal((await ask(bearer(await acme.sign()))).status, 200)
  assert.equal((await ask(bearer(await other.sign({ iss: 'other' })))).status, 200)
  assert.equal((await ask(bearer(await other.sign()))).status, 401)
})

test('a token that the listener has verified is there for the route, and must satisfy it too', async (t) => {
  const one = await signer()
  const jwt = (audience: string): string =>
    `jwtAuth: {mode: strict, issuer: ${ISSUER}, audiences: [${audience}], jwks: '${keySet(one)}'}`
  const backend = `backends: [{host: "127.0.0.1:${await upstream(t)}"}]`
  const yaml = `binds: [{port: 1, listeners: [{policies: {${jwt(AUDIENCE)}}, routes: [
    {matches: [{path: {exact: /same}}], policies: {${jwt(AUDIENCE)}}, ${backend}},
    {matches: [{path: {exact: /other}}], policies: {${jwt('other')}}, ${backend}}]}]}]`
  const { ask } = await serve(t, yaml)
  assert.equal((await ask({ path: '/same', ...bearer(await one.sign()) })).status, 200)
  assert.match((await ask({ path: '/other', ...bearer(await one.sign()) })).text, /InvalidAudience/)
  assert.equal((await ask({ path: '/other', ...bearer(await one.sign({ aud: ['other', AUDIENCE] })) })).status, 200)
})

test('permissive: a token of the listener that is none here is nobody’s to the rules of the route', async (t) => {
  const [staff, public_] = await Promise.all([signer('staff'), signer('public')])
  const jwt = (issuer: string, keys: typeof staff, mode: string): string =>
    `jwtAuth: {mode: ${mode}, issuer: ${issuer}, jwks: '${keySet(keys)}'}`
  const admins = 'authorization: {rules: [\'jwt.role == "admin"\']}'
  const backend = `backends: [{host: "127.0.0.1:${await upstream(t)}"}]`
  const yaml = `binds: [{port: 1, listeners: [{policies: {${jwt('public', public_, 'strict')}}, routes: [
    {matches: [{path: {exact: /staff}}], policies: {${jwt('staff', staff, 'permissive')}, ${admins}}, ${backend}},
    {matches: [{path: {exact: /plain}}], policies: {${admins}}, ${backend}}]}]}]`
  const { ask } = await serve(t, yaml)
  // Of an issuer where everybody says of themselves what they like.
  const token = bearer(await public_.sign({ iss: 'public', role: 'admin' }))
  assert.equal((await ask({ path: '/staff', ...token })).status, 403)
  assert.equal((await ask({ path: '/plain', ...token })).status, 200, 'without the policy its claims are believed')
})

const remote = (url: string): string => `{jwtAuth: {mode: strict, ${usual}, jwks: {url: "${url}"}}}`

test('keys at an address are fetched when the first token comes, and once for everybody', async (t) => {
  const one = await signer()
  const issuer = await publisher(t, keySet(one))
  const backend = await upstream(t)
  const two = `binds: [{port: 1, listeners: [{routes: [
    {matches: [{path: {exact: /a}}], policies: ${remote(issuer.url)}, backends: [{host: "127.0.0.1:${backend}"}]},
    {matches: [{path: {exact: /b}}], policies: ${remote(issuer.url)}, backends: [{host: "127.0.0.1:${backend}"}]}]}]}]`
  const { ask } = await serve(t, two)
  const token = await one.sign()
  const all = await Promise.all(['/a', '/b', '/a', '/b'].map((path) => ask({ path, ...bearer(token) })))
  assert.deepEqual(
    all.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  assert.equal(issuer.asked(), 1)
})

test('as long as there are no keys the route answers 503, and others are not held up', async (t) => {
  const one = await signer()
  const issuer = await publisher(t, 500)
  const { ask, said } = await serve(t, route(remote(issuer.url), await upstream(t)))
  assert.equal((await ask()).status, 401)
  const answer = await ask(bearer(await one.sign()))
  assert.deepEqual(
    [answer.status, answer.text],
    [503, 'authentication failure: the keys of the issuer cannot be had at the moment'],
  )
  assert.equal(said[1]?.reason, 'JwtAuth')
  issuer.answer = keySet(one)
  let status = 503
  for (let i = 0; i < 200 && status === 503; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
    status = (await ask(bearer(await one.sign()))).status
  }
  assert.equal(status, 200, 'the schedule has brought them')
})

test('a key set that is huge, or elsewhere on a private address, is none', async (t) => {
  const one = await signer()
  const hidden = await publisher(t, keySet(one))
  const padded = JSON.stringify({ keys: [one.jwk], more: 'x'.repeat(300_000) })
  for (const answer of [
    padded,
    (_request: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(302, { location: hidden.url }).end()
    },
    (_request: unknown, response: import('node:http').ServerResponse) => void response.socket?.destroy(),
  ]) {
    const issuer = await publisher(t, answer)
    const { ask } = await serve(t, route(remote(issuer.url), await upstream(t)))
    assert.equal((await ask(bearer(await one.sign()))).status, 503)
    assert.equal(issuer.asked(), 1)
  }
  assert.equal(hidden.asked(), 0, 'the address inside was never asked')
  // Without the rules: whoever follows a redirect reads keys from inside, and whoever reads on has any number of bytes.
  const led = await publisher(t, (_request, response) => void response.writeHead(302, { location: hidden.url }).end())
  assert.equal(await (await fetch(led.url)).text(), keySet(one))
  assert.equal(hidden.asked(), 1)
  const large = await publisher(t, padded)
  assert.ok((await (await fetch(large.url)).text()).length > 300_000)
})

test('a thousand invented key names cost the issuer one request', async (t) => {
  const one = await signer()
  const issuer = await publisher(t, keySet(one))
  const { ask } = await serve(t, route(remote(issuer.url), await upstream(t)))
  assert.equal((await ask(bearer(await one.sign()))).status, 200)
  const good = await one.sign()
  const rest = good.slice(good.indexOf('.'))
  for (let batch = 0; batch < 20; batch++)
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: `${batch}-${i}` })).toString('base64url')
        assert.equal((await ask(bearer(header + rest))).status, 401)
      }),
    )
  assert.equal(issuer.asked(), 1)
})

test('what cannot be meant is said when the configuration is read', async (t) => {
  assert.deepEqual(wrongWith('{jwtAuth: {}}'), [
    'jwtAuth: `jwtAuth` needs `issuer` and `jwks`, or `providers` that have them',
  ])
  assert.deepEqual(wrongWith(`{jwtAuth: {issuer: a, jwks: b, providers: [{issuer: c, jwks: d}]}}`), [
    'jwtAuth: `jwtAuth` has `providers`: `issuer`, `jwks` belong into them',
  ])
  assert.match(wrongWith('{jwtAuth: {issuer: a, jwks: b, mode: maybe}}').join(), /jwtAuth\.mode: /)
  assert.match(wrongWith('{jwtAuth: {issuer: a, jwks: {url: nowhere}}}').join(), /must be text, `file:`/)
  assert.match(wrongWith('{jwtAuth: {issuer: a, jwks: b, location: {}}}').join(), /needs exactly one of `header`/)
  assert.match(
    wrongWith('{jwtAuth: {issuer: a, jwks: b, location: {header: {name: a}, cookie: {name: b}}}}').join(),
    /needs exactly one of `header`/,
  )
  const unusable = serve(t, route('{jwtAuth: {issuer: a, jwks: "{}"}}', 1))
  await assert.rejects(unusable, /the text is no JWK set/)
  const empty = serve(t, route('{jwtAuth: {issuer: a, jwks: {file: k}}}', 1), {
    read: () => Buffer.from('{"keys":[]}'),
  })
  await assert.rejects(empty, /the file k holds no key that can verify a signature/)
})
