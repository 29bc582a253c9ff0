// The admin API as an Express application: what runs, the configuration in force, log level, end of the process. Knows nothing of the gateway's insides.
import express, { type ErrorRequestHandler, type Express, type Response } from 'express'
import type { Address } from '../config/shape.ts'
import { type Level, type Log, levels } from '../telemetry/log.ts'
import { type ApprovalDesk, approvals } from './approvals.ts'
import { type GrantDesk, grants } from './grants.ts'
import { protectiveHeaders, sameMachine } from './guard.ts'
import { type LoginDesk, logins } from './logins.ts'
import { css, html, script } from './page.ts'
import { withoutSecrets } from './secrets.ts'

/** How a target was found when it was last spoken to. */
interface Health {
  readonly level: 'ok' | 'degraded' | 'down' | 'unknown'
  readonly summary?: string
  /** RFC 3339. */
  readonly observedAt?: string
}

/** What runs at this moment. */
interface Runtime {
  /** Counts the configurations that have come into force. */
  readonly generation: number
  readonly ready: boolean
  readonly binds: readonly { readonly name: string; readonly listeners: readonly string[] }[]
  readonly targets: readonly Target[]
}

interface Target {
  readonly name: string
  readonly endpoint: string
  readonly health?: Health
  /** How many it offers. */
  readonly tools?: number
  /** Of a REST API: what its tools are made from, its score in percent, and how much was lost or is doubtful. */
  readonly document?: {
    readonly title: string
    readonly version: string
    readonly score: number
    readonly lost: number
    readonly doubtful: number
  }
}

export interface AdminOptions {
  readonly address: Exclude<Address, undefined>
  readonly version: string
  /** Further names under which the API may be asked; loopback names always are. */
  readonly hosts?: readonly string[]
  readonly log: Log
  readonly runtime: () => Runtime
  /** Documents of REST APIs: scores, and everything that was lost. */
  readonly documents: () => unknown
  /** Definitions of servers that are quarantined, or should be looked at. */
  readonly shield: () => readonly unknown[]
  /** The configuration in force; secrets are taken out here. */
  readonly config: () => unknown
  /** JSON Schema of the configuration, for editors. */
  readonly schema: () => unknown
  readonly level: { get(): Level; set(level: Level): void }
  /** Calls that wait for an operator. */
  readonly approvals: ApprovalDesk
  /** Logins of people at upstreams. */
  readonly logins: LoginDesk
  /** What people have granted to clients of facades. */
  readonly grants: GrantDesk
  /** Begins an orderly end of the process. */
  readonly quit: () => void
}

/** When the API was opened, and what the level of the log was. */
export interface Began {
  readonly atMs: number
  readonly level: Level
}

export function application(options: AdminOptions, began: Began): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.use(protectiveHeaders)
  app.use(sameMachine(options.hosts ?? []))
  // Nothing here reads a body yet; the bound stands before the first thing that will.
  app.use(express.raw({ type: () => true, limit: '1mb', inflate: false }))
  reads(app, options, began)
  actions(app, options, began)
  approvals(app, options.approvals)
  logins(app, options.logins)
  grants(app, options.grants)
  page(app)
  app.use((_request, response) => refuse(response, 404, 'admin.unknown', 'there is nothing at this path'))
  app.use(broken(options.log))
  return app
}

function reads(app: Express, options: AdminOptions, began: Began): void {
  const { config, runtime, documents, shield, schema, version, level } = options
  only(app, '/config_dump', 'GET', (response) => {
    const dump = withoutSecrets(config())
    response.json({ version, ...(isRecord(dump) ? dump : { config: dump }) })
  })
  only(app, '/api/shield', 'GET', (response) => response.json(withoutSecrets({ definitions: shield() })))
  only(app, '/api/runtime', 'GET', (response) => {
    response.json({
      product: 'toolgate',
      build: { version },
      ui: { gatewayMode: 'standalone' },
      pid: process.pid,
      node: process.version,
      uptimeMs: Math.round(performance.now() - began.atMs),
      logLevel: level.get(),
      // Endpoints and summaries come from configuration and upstreams: both may hold credentials.
      ...toRecord(withoutSecrets(runtime())),
    })
  })
  only(app, '/api/openapi', 'GET', (response) => {
    response.json({ documents: withoutSecrets(documents()) })
  })
  only(app, '/api/config/schema', 'GET', (response) => {
    response.type('application/schema+json').send(JSON.stringify(schema(), undefined, 2))
  })
}

function actions(app: Express, { level, log, quit }: AdminOptions, began: Began): void {
  only(app, '/logging', 'POST', (response, query) => {
    const asked = query['level']
    if (asked === undefined) return say(response, 200, `current log level is ${level.get()}\n`)
    const wanted = asked === 'reset' ? began.level : levels.find((known) => known === asked)
    if (wanted === undefined) return say(response, 400, `level must be one of ${levels.join(', ')}, reset\n`)
    level.set(wanted)
    log.warn('log level was set through the admin API', { level: wanted })
    return say(response, 200, `current log level is ${wanted}\n`)
  })
  only(app, '/quitquitquit', 'POST', (response) => {
    log.warn('end was asked for through the admin API')
    response.once('finish', quit)
    say(response, 200, 'shutting down now\n')
  })
}

function page(app: Express): void {
  app.get('/', (_request, response) => response.redirect(308, '/ui'))
  app.get(['/ui', '/ui/'], (_request, response) => response.type('html').send(html))
  app.get('/ui/page.css', (_request, response) => response.type('css').send(css))
  app.get('/ui/page.js', (_request, response) => response.type('js').send(script))
}

type Query = { readonly [name: string]: unknown }

/** One path that answers one method; others get 405, so that a wrong method is told from a wrong path (RFC 9110 §15.5.6). */
function only(
  app: Express,
  path: string,
  method: 'GET' | 'POST',
  answer: (response: Response, query: Query) => void,
): void {
  app.all(path, (request, response) => {
    if (request.method === method || (method === 'GET' && request.method === 'HEAD'))
      return answer(response, request.query)
    response.set('allow', method === 'GET' ? 'GET, HEAD' : method)
    return refuse(response, 405, 'admin.method', `this path answers ${method}`)
  })
}

const broken =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, next) => {
    if (response.headersSent) return next(error)
    const status = statusOf(error)
    if (status < 500) return refuse(response, status, 'admin.invalid', 'the request could not be read')
    log.error('the admin API failed to answer', { error: error instanceof Error ? error.message : 'unknown' })
    return refuse(response, 500, 'admin.internal', 'the answer could not be made; the log says why')
  }

function statusOf(error: unknown): number {
  const status = isRecord(error) ? error['status'] : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

function refuse(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ code, message })
}

function say(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(text)
}

const isRecord = (value: unknown): value is Query => typeof value === 'object' && value !== null

const toRecord = (value: unknown): Query => (isRecord(value) ? value : {})
