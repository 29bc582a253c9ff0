// Pages of the OAuth facade, by Express: consent, the way onward, and what has gone wrong. Makes replies; which page is shown when is
// decided by the protocol.
import { hash } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Reply } from '../core/exchange.ts'
import type { Page } from '../oauth/facade/answer.ts'
import { css, html } from './facade-page.ts'

/** Makes pages: their bytes and their headers, which keep them from being framed, stored or told apart by referrer. */
export function createPages(): (page: Page, status: number) => Promise<Reply> {
  const app = application()
  return async (page, status) => {
    // Nothing of the real request counts here; Express puts its own methods onto whatever it is given.
    const request = new IncomingMessage(new Socket())
    request.method = 'GET'
    request.url = '/'
    const response = Object.assign(new ServerResponse(request), { locals: { page }, statusCode: status })
    const body = written(response)
    app(request, response)
    const bytes = await body
    const { 'content-length': _, ...headers } = response.getHeaders()
    return { kind: 'bytes', status: response.statusCode, headers, body: bytes }
  }
}

function application(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', css, 'base64')}'`,
    // The way on from a form is a page of its own: browsers would hold a redirect against this.
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  app.use((_request, response, next) => {
    response.set({
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex',
    })
    next()
  })
  app.use((_request, response) => {
    const page: unknown = response.locals['page']
    if (!isPage(page)) throw new TypeError('there is no such page')
    response.type('html').send(html(page))
  })
  app.use(broken)
  return app
}

const broken: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.status(500).type('text/plain').send('the page could not be made')
}

const isPage = (value: unknown): value is Page => typeof value === 'object' && value !== null && 'kind' in value

/** What Express writes is taken instead of sent: a reply goes through the doors of policies like every other one. */
function written(response: ServerResponse): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  Object.defineProperty(response, 'end', {
    value: (chunk?: string | Buffer) => {
      resolve(Buffer.from(chunk ?? ''))
      return response
    },
  })
  return promise
}
