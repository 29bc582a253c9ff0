// A real browser that finds a real Keycloak by its name, the gateway whose consent page it is shown, and MCP Inspector.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type BrowserContext, type Page, chromium as playwright } from 'playwright-core'
import { chromiumProgram } from '../parts/chromium.ts'
import { issuer } from '../parts/keycloak.ts'
import { eventually, freePorts, type RunningGateway, root } from '../support/gateway.ts'
import { startFacade } from './facade-gateway.ts'
import { type Realm, realm } from './realm.ts'

/** A folder for pictures of the pages; none are made without it. */
const pictures = process.env['TOOLGATE_SCREENSHOTS']

export interface Stage {
  readonly gateway: RunningGateway
  readonly browser: BrowserContext
  /** What the browser has asked for. */
  readonly asked: readonly string[]
}

export async function stage(t: TestContext): Promise<Stage> {
  const provider = await realm(t)
  const gateway = await startFacade(t, provider)
  const browser = await opened(t, provider)
  const asked: string[] = []
  browser.on('request', (request) => asked.push(`${request.method()} ${request.url()}`))
  return { gateway, browser, asked }
}

/** A browser that finds Keycloak under the name that its pages have. */
async function opened(t: TestContext, provider: Realm): Promise<BrowserContext> {
  const executablePath = chromiumProgram()
  if (executablePath === undefined) throw new Error('there is no Chromium: npm run parts -- chromium')
  const rules = `MAP ${new URL(issuer).host} ${new URL(provider.origin).host}`
  // Root has no sandbox for its browsers; these only see pages of the test.
  const alone = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const started = await playwright.launch({ executablePath, args: [`--host-resolver-rules=${rules}`, ...alone] })
  t.after(() => started.close())
  return started.newContext({ viewport: { width: 900, height: 900 } })
}

/** MCP Inspector, which waits at a callback of its own for whoever opens the link it prints. */
export class Inspector {
  readonly #child: ChildProcess
  #output = ''
  #errors = ''

  constructor(url: string, folder: string, more: readonly string[]) {
    const line = ['node_modules/.bin/mcp-inspector', '--cli', url, '--transport', 'http', '--method', 'tools/list']
    const store = {
      MCP_INSPECTOR_OAUTH_STATE_PATH: path.join(folder, 'oauth.json'),
      MCP_STORAGE_DIR: folder,
      MCP_INSPECTOR_SECRET_STORE: 'file',
      HOME: folder,
    }
    // Without a terminal it starts logins only where it may open a browser: ours is opened by the test.
    const env = { ...process.env, ...store, MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: 'true' }
    this.#child = spawn(process.execPath, [...line, ...more], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk))
  }

  /** A login that is about to begin; its store is gone when the test is. */
  static async start(t: TestContext, url: string): Promise<Inspector & { readonly folder: string }> {
    const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-inspector-'))
    const [port = 0] = await freePorts(1)
    const inspector = new Inspector(url, folder, ['--callback-url', `http://127.0.0.1:${port}/oauth/callback`])
    t.after(async () => {
      inspector.#child.kill('SIGKILL')
      await inspector.ended()
      rmSync(folder, { recursive: true, force: true })
    })
    return Object.assign(inspector, { folder })
  }

  link(): Promise<string> {
    return eventually(
      () => /^Please navigate to: (http\S+)$/m.exec(this.#errors)?.[1],
      () => this.#errors,
    )
  }

  async ended(): Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }> {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null) await once(this.#child, 'close')
    return { code: this.#child.exitCode, output: this.#output, errors: this.#errors }
  }
}

export async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true })
}
