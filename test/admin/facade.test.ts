import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPages } from '../../src/admin/facade.ts'
import type { ConsentPage } from '../../src/oauth/facade/answer.ts'
import { shown } from '../../src/oauth/facade/names.ts'

const pages = createPages()

const consent = (more: Partial<ConsentPage> = {}): ConsentPage => ({
  kind: 'consent',
  client: { name: shown('App'), origin: { kind: 'registered' } },
  redirect: { shown: 'app.example', place: 'site' },
  resource: 'https://gate.example/mcp',
  scopes: [
    { name: shown('tools:read'), words: 'See which tools there are' },
    { name: shown('tools:call'), words: undefined },
  ],
  action: '/consent',
  request: 'sealed',
  ...more,
})

async function made(page: Parameters<typeof pages>[0], status = 200) {
  const reply = await pages(page, status)
  assert.equal(reply.kind, 'bytes')
  return { ...reply, text: reply.kind === 'bytes' ? String(reply.body) : '' }
}

test('the consent page names client, place, resource and scopes, and its form has two answers', async () => {
  const { status, headers, text } = await made(consent())
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  for (const part of [
    'App',
    'app.example',
    'https://gate.example/mcp',
    'See which tools there are (tools:read)',
    '<li>tools:call</li>',
    'Nobody has checked it',
  ])
    assert.ok(text.includes(part), part)
  assert.match(text, /<form method="post" action="\/consent">/)
  assert.deepEqual(
    [...text.matchAll(/name="decision" value="(\w+)"/g)].map(([, value]) => value),
    ['approve', 'deny'],
  )
  assert.ok(!text.includes('on this computer'))
})

test('a page cannot be framed, stored, or run anything (clickjacking, row 22)', async () => {
  const { headers } = await made(consent())
  const policy = String(headers['content-security-policy'])
  for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
    assert.ok(policy.includes(rule), rule)
  assert.ok(!/unsafe|https?:|\*/.test(policy), policy)
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['referrer-policy'], 'no-referrer')
})

test('the name of a client is text: markup in it is nothing but characters (row 21)', async () => {
  const attack = '<script>alert(1)</script>" onload="x'
  const { text } = await made(consent({ client: { name: shown(attack), origin: { kind: 'registered' } } }))
  assert.ok(!text.includes('<script'))
  assert.ok(!text.includes('" onload'))
  assert.ok(text.includes('&lt;script&gt;'))
})

test('what hides or imitates in a name is marked and warned of', async () => {
  const { text } = await made(consent({ client: { name: shown('Сlaude\u202e'), origin: { kind: 'registered' } } }))
  assert.match(text, /<b class="odd">С U\+0421<\/b>laude<b class="odd">U\+202E<\/b>/)
  assert.match(text, /role="alert"/)
})

test('redirects to this machine are warned of', async () => {
  for (const [place, words] of [
    ['loopback', 'a program on this computer, at'],
    ['application', 'the application on this computer that opens'],
  ] as const) {
    const { text } = await made(consent({ redirect: { shown: '127.0.0.1:33418', place } }))
    assert.ok(text.includes(words))
    assert.ok(text.includes('just started this login yourself'))
  }
})

test('a page that sends the browser on names where, and escapes the address', async () => {
  const { text } = await made({ kind: 'onward', to: "https://idp.example/a?b=1&c='", shown: 'idp.example' })
  assert.match(text, /<meta http-equiv="refresh" content="0;url=https:\/\/idp\.example\/a\?b=1&amp;c=&#39;">/)
  assert.match(text, />idp\.example<\/a>/)
})

test('the page for the code of a device warns of codes that were sent, and holds nothing but text', async () => {
  const device = { kind: 'device', action: '/device', request: 'sealed', problem: undefined } as const
  const { text } = await made({ ...device, code: '' })
  assert.match(text, /<form method="post" action="\/device">/)
  assert.match(text, /If somebody has sent you a code/)
  const odd = await made({ ...device, code: '"><script>', problem: '<b>none</b>' })
  assert.ok(!odd.text.includes('<script') && !odd.text.includes('<b>none'))
  const place = { shown: 'BCDF-GHJK', place: 'device' } as const
  const agreed = await made(consent({ redirect: place }))
  assert.match(agreed.text, /To the device that shows the code <strong>BCDF-GHJK<\/strong>/)
  assert.match(agreed.text, /is in front of you, and shows this code/)
})

test('an error page has the status it is given', async () => {
  const { status, text } = await made({ kind: 'failed', title: 'No', detail: '<b>because</b>' }, 429)
  assert.equal(status, 429)
  assert.ok(text.includes('&lt;b&gt;because'))
})

test('the connect page has a form for each account that is missing, and no text of a stranger as markup', async () => {
  const page = {
    kind: 'connect',
    upstreams: [
      { key: 'a', name: '<b>notes</b>', connected: false },
      { key: 'b', name: 'tasks', connected: true },
    ],
    problem: '<i>no</i>',
    action: '/mcp/connect',
    page: 'x"y',
  } as const
  const reply = await createPages()(page, 200)
  const text = reply.kind === 'bytes' ? String(reply.body) : ''
  assert.equal(text.match(/<form /g)?.length, 1)
  assert.ok(text.includes('name="upstream" value="a"') && text.includes('&lt;b&gt;notes&lt;/b&gt;'))
  assert.ok(text.includes('value="x&quot;y"') && text.includes('&lt;i&gt;no&lt;/i&gt;'))
  assert.ok(!text.includes('You are connected'))
  const done = await createPages()({ ...page, upstreams: [{ key: 'b', name: 'tasks', connected: true }] }, 200)
  assert.match(done.kind === 'bytes' ? String(done.body) : '', /You are connected/)
})
