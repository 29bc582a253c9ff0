// A document at an address: fetched when it is first wanted, again once a day, and kept as it was when a new version is bad.
import { asFailure, Failure } from '../../core/failure.ts'
import type { TlsOptions } from '../../http/pools.ts'
import type { Library, Loading, LoadOptions } from '../../openapi/load.ts'
import { type Loss, sentence } from '../../openapi/loss.ts'
import { fetchDoor } from './openapi-door.ts'
import type { Edition, Manner } from './openapi-edition.ts'
import { printOf } from './openapi-print.ts'
import type { TargetSite } from './site.ts'

/** What asks for a document, from the outside: it may be there already, or not yet. */
export interface Document {
  /** The last good version; `undefined`: there has never been one. */
  readonly edition: Edition | undefined
  /** The last good version, waited for if need be. Rejects when there is none. */
  ready(): Promise<Edition>
  /** Told when the list of tools is another one. */
  watch(changed: () => void): () => void
}

export interface RemoteOptions {
  readonly url: string
  readonly tls: TlsOptions | undefined
  readonly refs: readonly string[]
  readonly refreshMs: number
  readonly manner: Manner
  readonly site: Pick<TargetSite, 'target' | 'pools' | 'log'>
  /** Why a version must not be used although it can be read. */
  readonly forbids: (edition: Edition) => string | undefined
}

/** After a failure it is asked again, at most this late. */
const RETRY_MS = 600_000
/** What was fetched a moment ago need not be fetched because a configuration has been reloaded. */
const FRESH_MS = 5_000
const REPORTED = 20

export class RemoteDocument implements Document, AsyncDisposable {
  edition: Edition | undefined = undefined
  readonly #options: RemoteOptions
  readonly #watchers = new Set<() => void>()
  readonly #ended = new AbortController()
  #loading: Promise<Edition> | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #etag: string | undefined = undefined
  #print = ''
  #loadedAt = 0

  constructor(options: RemoteOptions) {
    this.#options = options
  }

  async ready(): Promise<Edition> {
    return this.edition ?? (await this.#load())
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Looks whether there is a newer version, if there is one at all and it was not fetched just now. */
  renew(): void {
    if (this.edition === undefined || this.#loading !== undefined || Date.now() - this.#loadedAt < FRESH_MS) return
    void this.#renewed() // says itself what is wrong
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    this.#watchers.clear()
    this.#ended.abort(new Failure('request.aborted', 'the configuration has ended'))
    await this.#loading?.catch(() => undefined)
  }

  async #renewed(): Promise<void> {
    const { site } = this.#options
    try {
      await this.#load()
    } catch (thrown) {
      if (this.#ended.signal.aborted) return
      const error = asFailure(thrown).message
      site.log.warn('a document cannot be used, the last good version stays', { target: site.target, error })
    }
  }

  #load(): Promise<Edition> {
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = undefined
      this.#loadedAt = Date.now()
    })
    return this.#loading
  }

  async #fetch(): Promise<Edition> {
    const { refreshMs } = this.#options
    let wait = Math.min(refreshMs, RETRY_MS)
    try {
      const edition = await this.#newest()
      wait = refreshMs
      return edition
    } finally {
      this.#later(wait)
    }
  }

  async #newest(): Promise<Edition> {
    const { url, tls, refs, manner, site, forbids } = this.#options
    const [{ load }, { editionOf, refusal }] = await Promise.all([
      import('../../openapi/load.ts'),
      import('./openapi-edition.ts'),
    ])
    const { origin } = new URL(url)
    const texts: string[] = []
    const fetch = fetchDoor({
      site,
      named: [origin, ...refs],
      secure: tls && { origin, tls },
      ...(manner.limits?.redirects !== undefined && { redirects: manner.limits.redirects }),
      signal: this.#ended.signal,
      seen: (text) => texts.push(text),
    })
    const options: LoadOptions = { limits: manner.limits, otherOrigins: refs, etag: this.edition && this.#etag }
    const loading = await load({ kind: 'url', url }, { fetch }, options)
    const print = printOf(texts)
    if (this.edition !== undefined && (loading.kind === 'unchanged' || print === this.#print)) return this.edition
    const library = this.#loaded(loading)
    const edition = editionOf(library, manner)
    const why = refusal(edition)
    if (why !== undefined) throw this.#unusable(sentence(why), why)
    const forbidden = forbids(edition)
    if (forbidden !== undefined) throw this.#unusable(forbidden)
    this.#print = print
    this.#etag = library.etag
    this.#take(edition)
    return edition
  }

  #loaded(loading: Loading): Library {
    switch (loading.kind) {
      case 'loaded':
        return loading.library
      case 'refused':
        throw this.#unusable(sentence(loading.loss), loading.loss)
      case 'unchanged':
        throw this.#unusable('the server says that nothing has changed, and there is nothing yet')
      default:
        return loading satisfies never
    }
  }

  #unusable(why: string, cause?: Loss): Failure {
    return new Failure('mcp.target', `target ${this.#options.site.target}: document: ${why}`, { cause })
  }

  #take(edition: Edition): void {
    const before = this.edition
    this.edition = edition
    const { log, target } = this.#options.site
    const { losses, version, tools } = edition.facts
    log.info('a document has been read', { target, version: version.slice(0, 100), tools })
    for (const loss of losses.slice(0, REPORTED)) log.warn(sentence(loss), { target })
    if (losses.length > REPORTED) log.warn('more is missing or doubtful', { target, count: losses.length - REPORTED })
    if (before !== undefined && before.list !== edition.list) for (const changed of this.#watchers) changed()
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    // What has never been there is asked for by whoever wants it.
    if (this.#ended.signal.aborted || this.edition === undefined) return
    this.#timer = setTimeout(() => void this.#renewed(), ms).unref()
  }
}
