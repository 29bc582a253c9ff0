// What the facade is asked and what it answers: plain data, so that no socket, framework or page is known here.
import type { IncomingHttpHeaders } from 'node:http'
import type { Shown } from './names.ts'

/** A request to one of the facade's paths. */
export interface Asked {
  readonly method: string
  /** Behind the `?`; empty when there is none. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** Where the connection comes from: what limits are counted by. */
  readonly address: string
  /** The whole body. Rejects with a Failure above `limit` bytes. */
  readonly body: (limit: number) => Promise<Buffer>
}

/** A client asks a person's consent: everything the page has to say. */
export interface ConsentPage {
  readonly kind: 'consent'
  readonly client: {
    readonly name: Shown
    /** How we know it: by its own words (registration), or by the domain that its document stands on. */
    readonly origin: { readonly kind: 'registered' } | { readonly kind: 'document'; readonly host: string }
  }
  /** Where the person will be sent, and whether that is a program on their own machine. */
  readonly redirect: { readonly shown: string; readonly place: 'site' | 'loopback' | 'application' | 'device' }
  readonly resource: string
  readonly scopes: readonly { readonly name: Shown; readonly words: string | undefined }[]
  /** Where the form goes, and the sealed request that goes with it. */
  readonly action: string
  readonly request: string
}

/** A person is shown which upstreams want a login of theirs. */
export interface ConnectPage {
  readonly kind: 'connect'
  readonly upstreams: readonly { readonly key: string; readonly name: string; readonly connected: boolean }[]
  /** What has just gone wrong, in words. */
  readonly problem: string | undefined
  /** Where the form goes, and what goes with it. */
  readonly action: string
  readonly page: string
}

/** A person enters the code that a device shows. */
export interface DevicePage {
  readonly kind: 'device'
  /** As the link to the page says it; the person compares it. */
  readonly code: string
  readonly problem: string | undefined
  readonly action: string
  readonly request: string
}

export type Page =
  | DevicePage
  | ConsentPage
  | ConnectPage
  /** Sends the browser on by itself. A redirect would be held against the page's `form-action` by browsers. */
  | { readonly kind: 'onward'; readonly to: string; readonly shown: string }
  | { readonly kind: 'failed'; readonly title: string; readonly detail: string }

type Fields = { readonly [name: string]: string }

export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly headers: Fields; readonly value: unknown }
  | { readonly kind: 'redirect'; readonly location: string; readonly headers: Fields }
  | { readonly kind: 'page'; readonly status: number; readonly headers: Fields; readonly page: Page }
  | { readonly kind: 'empty'; readonly status: number; readonly headers: Fields }

/** Nothing of these answers may be kept (RFC 6749 §5.1). */
export const unstored = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** Answers that pages of any origin may read: nothing in them depends on cookies. */
export const shared = { 'access-control-allow-origin': '*' } as const

/** An error of the token, revocation or registration endpoint (RFC 6749 §5.2, RFC 7591 §3.2.2). Texts are ours, never the client's. */
export function refused(status: number, error: string, description: string, headers: Fields = {}): Answer {
  return {
    kind: 'json',
    status,
    headers: { ...unstored, ...shared, ...headers },
    value: { error, error_description: description },
  }
}

/** A page that says why it goes no further: for whatever must not be told to a redirect address. */
export function failed(status: number, title: string, detail: string, headers: Fields = {}): Answer {
  return { kind: 'page', status, headers, page: { kind: 'failed', title, detail } }
}
