// How the OAuth library asks: through the guarded client, with answers put right where servers are known to be careless.
import * as oauth from 'oauth4webapi'
import { Failure } from '../../core/failure.ts'
import { type Document, parsed } from '../metadata.ts'
import type { Discovery } from './discovery.ts'
import { LoginBroken } from './needed.ts'
import type { LoginTools } from './settings.ts'

export interface Requests {
  [oauth.customFetch]: (url: string, request: Sent) => Promise<Response>
  [oauth.allowInsecureRequests]: true
}

type Sent = oauth.CustomFetchOptions<string, unknown>

/** Options for the library's requests. Who may be asked, and how, is the guarded client's to say, not the library's. */
export function requests(tools: LoginTools, discovery: Discovery): Requests {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, { method, headers, body }) => {
      const answer = await tools.ask(url, {
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        trust: discovery.trust(url),
        ...((typeof body === 'string' || body instanceof URLSearchParams) && { body: body.toString() }),
      })
      const document = answer.body.length === 0 ? undefined : parsed(answer.body)
      const text = document === undefined ? answer.body.toString('utf8') : JSON.stringify(tidied(document))
      const bare = answer.status === 204 || answer.status === 205 || answer.status === 304
      return new Response(bare ? null : text, {
        status: answer.status,
        // Some servers call their JSON something else; whether it is an object is checked in any case.
        headers: { 'content-type': document === undefined ? 'text/plain' : 'application/json' },
      })
    },
  }
}

/** A time that makes no sense is no time: a login must not fail for it (reference: security §3.3, row 57). */
function tidied(document: Document): Document {
  const { expires_in: time, client_secret_expires_at: end, ...rest } = document
  const seconds = typeof time === 'string' ? Number(time) : time
  const usable = typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 && seconds < 1e9
  return {
    ...rest,
    ...(usable && { expires_in: seconds }),
    // RFC 7591 §3.2.1: 0 is for ever, which is what servers mean that say nothing.
    ...(rest['client_secret'] !== undefined && {
      client_secret_expires_at: typeof end === 'number' && end > 0 ? end : 0,
    }),
  }
}

/** What went wrong at an authorization server, in words for pages and logs: never with a code or token in it. */
export function loginBroken(thrown: unknown): LoginBroken {
  if (thrown instanceof LoginBroken) return thrown
  if (thrown instanceof Failure)
    return new LoginBroken('broken', `the authorization server cannot be asked: ${thrown.message}`, { cause: thrown })
  if (thrown instanceof oauth.AuthorizationResponseError)
    return new LoginBroken('refused', `the authorization server answers ${word(thrown.error)}`, { cause: thrown })
  if (thrown instanceof oauth.ResponseBodyError) {
    const kind = thrown.error === 'invalid_grant' ? 'refused' : 'broken'
    return new LoginBroken(kind, `the authorization server answers ${word(thrown.error)}`, { cause: thrown })
  }
  const why = thrown instanceof Error ? thrown.message.slice(0, 200) : 'for no known reason'
  return new LoginBroken('broken', `the answer of the authorization server is not usable: ${why}`, { cause: thrown })
}

/** An error code as it may stand in a log or on a page. */
const word = (code: string): string => (/^[\w.-]{1,60}$/.test(code) ? code : 'an error without a usual name')
