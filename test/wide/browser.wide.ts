// A person with a real browser at our consent page and at a real Keycloak, and MCP Inspector as the program that wants in.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { chromium } from '../parts/chromium.ts'
import { issuer } from '../parts/keycloak.ts'
import { Inspector, picture, stage } from './browser.ts'
import { PASSWORD } from './realm.ts'

const allow = (page: Page) => page.getByRole('button', { name: 'Allow, and log in' })

suite(`a person with ${chromium.what}`, () => {
  test('agrees, logs in at Keycloak, and the program that asked has its tools', async (t) => {
    const { gateway, browser, asked } = await stage(t)
    const inspector = await Inspector.start(t, gateway.url)
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await page.goto(await inspector.link())
    assert.match(await page.getByRole('heading').innerText(), /^Let .+ use http:\/\/localhost:\d+\/mcp in your name\?$/)
    assert.equal(
      await page.evaluate('getComputedStyle(document.querySelector("button.yes")).backgroundColor'),
      'rgb(29, 78, 216)',
      'its own policy lets the page have its style',
    )
    assert.deepEqual(complaints, [])
    await picture(page, 'consent')
    assert.ok(!asked.some((line) => line.includes(issuer)), 'Keycloak has heard of nobody')

    await allow(page).click()
    await page.getByLabel('Username or email').fill('other-user')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await picture(page, 'keycloak')
    await page.getByRole('button', { name: 'Sign In' }).click()
    const first = await inspector.ended()
    assert.equal(first.code, 0, first.errors)
    assert.match(first.output, /"name": "search"/)
    assert.doesNotMatch(first.output, /"name": "remove"/)
    await picture(page, 'callback')

    const again = await new Inspector(gateway.url, inspector.folder, ['--stored-auth-only']).ended()
    assert.deepEqual([again.code, again.output], [0, first.output], again.errors)
  })

  test('does not agree, and the program is told; Keycloak never hears of it', async (t) => {
    const { gateway, browser, asked } = await stage(t)
    const inspector = await Inspector.start(t, gateway.url)
    const page = await browser.newPage()
    await page.goto(await inspector.link())
    await page.getByRole('button', { name: 'Do not allow' }).click()
    const { code, errors } = await inspector.ended()
    assert.notEqual(code, 0)
    assert.match(errors, /access_denied|denied/i)
    assert.ok(!asked.some((line) => line.includes(issuer)))
  })
})
