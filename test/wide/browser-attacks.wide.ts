// Pages that mean harm, in a real browser: what they can do with our consent page, and what they could do without its headers.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, request as send } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import type { Frame, Page } from 'playwright-core'
import { z } from 'zod'
import { chromium } from '../parts/chromium.ts'
import { eventually, type RunningGateway } from '../support/gateway.ts'
import { listening } from '../support/serve.ts'
import { stage } from './browser.ts'

const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url')

/** A link to the consent page for a client that has registered. */
async function begin({ url }: RunningGateway, name = 'Mallory'): Promise<URL> {
  const at = new URL('/.well-known/oauth-authorization-server/mcp', url)
  const document = z.object({ registration_endpoint: z.url(), authorization_endpoint: z.url() })
  const server = document.parse(await (await fetch(at)).json())
  const redirect = 'http://127.0.0.1/callback'
  const answer = await fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: name, redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
  })
  const { client_id: id } = z.object({ client_id: z.string() }).parse(await answer.json())
  const link = new URL(server.authorization_endpoint)
  const parameters = { response_type: 'code', client_id: id, redirect_uri: redirect, resource: url }
  for (const [name, value] of Object.entries(parameters)) link.searchParams.set(name, value)
  link.searchParams.set('code_challenge', challenge)
  link.searchParams.set('code_challenge_method', 'S256')
  return link
}

/** A page on another site than the gateway, which is `localhost`. */
async function pageOf(t: TestContext, html: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Prizes</title>${html}`)
  })
  return `http://127.0.0.1:${await listening(t, server)}/`
}

/** The gateway without the headers by which its pages defend themselves; with what `change` makes of their text. */
async function defenceless(
  t: TestContext,
  gateway: RunningGateway,
  change: (html: string) => string = (html) => html,
): Promise<string> {
  const taken = [
    'content-security-policy',
    'x-frame-options',
    'cross-origin-opener-policy',
    'access-control-allow-origin',
    'content-length',
  ]
  const server = createServer((asked, response) => {
    const { method, headers, url = '/' } = asked
    const onward = send(`http://localhost:${gateway.port}${url}`, { method, headers, agent: false }, (answer) => {
      const left = Object.entries(answer.headers).filter(([name]) => !taken.includes(name))
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => response.writeHead(answer.statusCode ?? 502, Object.fromEntries(left)).end(change(text)))
    })
    asked.pipe(onward)
  })
  return `http://localhost:${await listening(t, server)}`
}

async function framed(page: Page, from: string, link: string): Promise<Frame> {
  await page.goto(from)
  await page.evaluate(`document.body.innerHTML = '<iframe width=800 height=800></iframe>'`)
  const loaded = page.evaluate(`new Promise((done) => {
    const frame = document.querySelector('iframe')
    frame.onload = () => done()
    frame.src = ${JSON.stringify(link)}
  })`)
  await loaded
  const frame = page.frames().find((one) => one !== page.mainFrame())
  assert.ok(frame !== undefined)
  return frame
}

suite(`pages that mean harm, in ${chromium.what}`, () => {
  test('our page is not shown within theirs, where a click could be stolen (click-jacking)', async (t) => {
    const { gateway, browser } = await stage(t)
    const link = await begin(gateway)
    const page = await browser.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    const theirs = await pageOf(t, '')
    // Without the headers the button is there, and only waits to be covered by a picture.
    const open = new URL(link.pathname + link.search, await defenceless(t, gateway))
    assert.equal(
      await (await framed(page, theirs, open.href)).getByRole('button', { name: 'Allow, and log in' }).count(),
      1,
    )
    const frame = await framed(page, theirs, link.href)
    assert.equal(await frame.getByRole('button').count(), 0)
    assert.match(frame.url(), /^chrome-error:/)
    assert.match(said.join('\n'), /frame-ancestors 'none'/)
  })

  test('the name of a client is text, whatever it holds (row 21)', async (t) => {
    const { gateway, browser } = await stage(t)
    const link = await begin(gateway, '<img src=x onerror="document.title=`taken`">')
    const page = await browser.newPage()
    const titleAt = async (origin: string): Promise<string> => {
      await page.goto(new URL(link.pathname + link.search, origin).href)
      await page.getByRole('button', { name: 'Allow, and log in' }).waitFor()
      return page.title()
    }
    // Without escaping, and without the headers that would stop its script, the page is the client's.
    const unescaped = (html: string): string =>
      html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
    const open = await defenceless(t, gateway, unescaped)
    await eventually(
      async () => (await titleAt(open)) === 'taken',
      () => 'the script has not run',
    )
    assert.equal(await titleAt(await defenceless(t, gateway)), 'Allow access?', 'escaping alone would do')
    assert.equal(await titleAt(link.origin), 'Allow access?')
  })

  test('a page that opened ours in a window has no hold on it', async (t) => {
    const { gateway, browser } = await stage(t)
    const link = await begin(gateway)
    const page = await browser.newPage()
    const opens = async (url: string): Promise<unknown> => {
      await page.goto(await pageOf(t, ''))
      const popup = page.waitForEvent('popup')
      await page.evaluate(`void (window.other = window.open(${JSON.stringify(url)}))`)
      await (await popup).getByRole('button', { name: 'Allow, and log in' }).waitFor()
      return page.evaluate('window.other.closed')
    }
    assert.equal(await opens(new URL(link.pathname + link.search, await defenceless(t, gateway)).href), false)
    assert.equal(await opens(link.href), true)
  })

  test('a form that they fill in themselves is not taken for a person’s consent (CSRF)', async (t) => {
    const { gateway, browser, asked } = await stage(t)
    const link = await begin(gateway)
    const page = await browser.newPage()
    await page.goto(link.href) // the person’s browser has a cookie of ours
    const text = await (await fetch(link)).text() // and Mallory a page of their own
    const sealed = /name="request" value="([^"]+)"/.exec(text)?.[1] ?? ''
    const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1] ?? ''
    assert.ok(sealed !== '' && action !== '')
    const form = `<form method="post" action="${new URL(action, link).href}"><input name="request" value="${sealed}">
      <input name="decision" value="approve"></form>`
    await page.goto(await pageOf(t, form))
    await page.evaluate('void document.forms[0].submit()')
    await page.waitForURL((url) => url.port === String(gateway.port))
    assert.equal(await page.getByRole('heading').innerText(), 'This login cannot go on')
    assert.ok(!asked.some((line) => line.includes('/realms/')), 'and nobody has been sent to Keycloak')
    // The same form by the person it was shown to goes on.
    await page.goto(link.href)
    await page.getByRole('button', { name: 'Allow, and log in' }).click()
    await eventually(
      () => asked.some((line) => line.includes('/realms/')),
      () => asked.join('\n'),
    )
  })

  test('a script of theirs cannot read it', async (t) => {
    const { gateway, browser } = await stage(t)
    const link = await begin(gateway)
    const page = await browser.newPage()
    await page.goto(await pageOf(t, ''))
    const read = page.evaluate(`fetch(${JSON.stringify(link.href)}, { credentials: 'include' }).then((a) => a.text())`)
    await assert.rejects(read, /Failed to fetch/)
  })
})
