// A document with all files it refers to, through a door that somebody else guards. Decides what may be asked for, asks nobody itself.
import { asFailure } from '../core/failure.ts'
import { type Limits, limitsWith } from './limits.ts'
import type { Loss, LossCode } from './loss.ts'
import type { SourceFile } from './place.ts'
import { readSource } from './source.ts'
import { isFields } from './value.ts'

export interface Asked {
  readonly accept: string
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

/** How bytes come in: the guarded client for addresses (security F1), a reader of files. What is absent is refused. */
export interface Door {
  fetch?(url: string, asked: Asked): Promise<Answered>
  /** Throws for a file outside the directory that the door was made for, symbolic links resolved. */
  file?(path: string): Promise<string>
}

/** Where a document comes from: an address, a file, or text of the configuration. */
export type DocumentPlace =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  | { readonly kind: 'text'; readonly source: string; readonly name: string }

export interface LoadOptions {
  readonly limits?: Partial<Limits> | undefined
  /** Further origins that references may lead to (`refs.allow`). */
  readonly otherOrigins?: readonly string[] | undefined
  /** Of the version that is there already. */
  readonly etag?: string | undefined
}

/** A document, read: its files by address, and why some of them are not there. */
export interface Library {
  readonly root: SourceFile
  readonly files: ReadonlyMap<string, SourceFile | Loss>
  /** The document's address, where it has one. */
  readonly url: string | undefined
  readonly etag: string | undefined
}

export type Loading =
  | { readonly kind: 'loaded'; readonly library: Library }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly loss: Loss }

const accept = 'application/vnd.oai.openapi+json, application/json, application/yaml, text/yaml, */*;q=0.1'

/**
 * Reads a document and, file after file, what its references name (reference: openapi §13). Own origin or own directory only,
 * never from an address to a file; `$id` and `jsonSchemaDialect` are names, and nothing inside an example is followed.
 */
export async function load(from: DocumentPlace, door: Door, options: LoadOptions = {}): Promise<Loading> {
  const loader = new Loader(from, door, options)
  const first = await loader.first()
  if (first === undefined) return { kind: 'unchanged' }
  if ('code' in first) return { kind: 'refused', loss: first }
  await loader.rest(first)
  const url = from.kind === 'url' ? from.url : undefined
  return { kind: 'loaded', library: { root: first, files: loader.files, url, etag: loader.etag } }
}

/** A document of one file that is there already. */
export function readDocument(source: string, name: string, changes?: Partial<Limits>): Library | Loss {
  const file = readSource({ name, base: inlineBase(name), source }, limitsWith(changes))
  if ('code' in file) return file
  return { root: file, files: new Map([[file.base, file]]), url: undefined, etag: undefined }
}

const inlineBase = (name: string): string => `inline:///${encodeURIComponent(name)}`

class Loader {
  readonly files = new Map<string, SourceFile | Loss>()
  etag: string | undefined
  readonly #from: DocumentPlace
  readonly #door: Door
  readonly #options: LoadOptions
  readonly #limits: Limits
  #bytes = 0

  constructor(from: DocumentPlace, door: Door, options: LoadOptions) {
    this.#from = from
    this.#door = door
    this.#options = options
    this.#limits = limitsWith(options.limits)
  }

  /** The document itself; `undefined`: it is still the version that is there. */
  async first(): Promise<SourceFile | Loss | undefined> {
    const from = this.#from
    const base = this.#base()
    const name = from.kind === 'url' ? from.url : from.name
    const source = from.kind === 'text' ? from.source : await this.#bring(base, true)
    if (typeof source !== 'string') return source
    return this.#keep(base, name, source)
  }

  /** The files that others refer to, in waves: those of one wave at the same time. */
  async rest(first: SourceFile): Promise<void> {
    for (let wave: readonly SourceFile[] = [first]; wave.length > 0; ) {
      const wanted = [...new Set(wave.flatMap((file) => outward(file)))].filter((url) => !this.files.has(url))
      const next: SourceFile[] = []
      for (const file of await Promise.all(wanted.map((url) => this.#one(url)))) if (!('code' in file)) next.push(file)
      wave = next
    }
  }

  async #one(url: string): Promise<SourceFile | Loss> {
    const refuse = (code: LossCode, problem: string): Loss => {
      const loss = refused(shown(url, this.#base()), code, problem)
      this.files.set(url, loss)
      return loss
    }
    if (this.files.size >= this.#limits.files)
      return refuse('openapi.limit', `the document has more than files: ${this.#limits.files} files`)
    const forbidden = this.#forbidden(url)
    if (forbidden !== undefined) return refuse('openapi.fetch', forbidden)
    this.files.set(url, refused(url, 'openapi.fetch', 'is being read'))
    const source = await this.#bring(url, false)
    if (source === undefined) return refuse('openapi.fetch', 'says that it has not changed')
    if (typeof source !== 'string') return refuse(source.code, source.problem)
    const file = this.#keep(url, shown(url, this.#base()), source)
    if ('code' in file) this.files.set(url, file)
    return file
  }

  #base(): string {
    const from = this.#from
    if (from.kind === 'url') return URL.parse(from.url)?.href.replace(/#.*$/s, '') ?? from.url
    return from.kind === 'file'
      ? `file://${encodeURI(from.path).replaceAll('#', '%23').replaceAll('?', '%3F')}`
      : inlineBase(from.name)
  }

  #keep(url: string, name: string, source: string): SourceFile | Loss {
    this.#bytes += Buffer.byteLength(source)
    if (this.#bytes > this.#limits.totalBytes)
      return refused(name, 'openapi.limit', `all files together have more than totalBytes: ${this.#limits.totalBytes}`)
    const file = readSource({ name, base: url, source }, this.#limits)
    if (!('code' in file)) this.files.set(url, file)
    return file
  }

  /** Why a reference is not followed; `undefined`: it is. */
  #forbidden(url: string): string | undefined {
    const target = URL.parse(url)
    if (target === null) return 'is no address'
    const base = URL.parse(this.#base())
    if (target.protocol === 'http:' || target.protocol === 'https:') {
      const listed = this.#options.otherOrigins?.includes(target.origin) === true
      if (listed || (this.#from.kind === 'url' && target.origin === base?.origin)) return undefined
      return `leads to another origin, ${target.origin}, which refs.allow does not list`
    }
    if (target.protocol !== 'file:' || this.#from.kind !== 'file')
      return 'leads to no place that this document may read'
    const directory = base?.pathname.replace(/[^/]*$/, '') ?? ''
    return target.host === '' && target.pathname.startsWith(directory)
      ? undefined
      : 'leads out of the directory of the document'
  }

  async #bring(url: string, first: boolean): Promise<string | Loss | undefined> {
    const name = shown(url, this.#base())
    try {
      if (url.startsWith('file:')) {
        if (this.#door.file === undefined) return refused(name, 'openapi.fetch', 'files are not read here')
        return await this.#door.file(decodeURIComponent(new URL(url).pathname))
      }
      return await this.#ask(url, name, first)
    } catch (thrown) {
      return refused(name, 'openapi.fetch', asFailure(thrown).message)
    }
  }

  async #ask(url: string, name: string, first: boolean): Promise<string | Loss | undefined> {
    if (this.#door.fetch === undefined) return refused(name, 'openapi.fetch', 'addresses are not asked here')
    const { documentBytes: maxBytes, fetchMs: timeoutMs } = this.#limits
    const { etag } = this.#options
    const headers = first && etag !== undefined ? { 'if-none-match': etag } : {}
    const answer = await this.#door.fetch(url, { accept, maxBytes, timeoutMs, headers })
    if (first && answer.status === 304) return undefined
    if (answer.status !== 200) return refused(name, 'openapi.fetch', `answers with status ${answer.status}`)
    const given = answer.headers['etag']
    if (first && typeof given === 'string' && given.length <= 256) this.etag = given
    return utf8(answer.body) ?? refused(name, 'openapi.syntax', 'is not UTF-8')
  }
}

function utf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}

/** An address as messages show it: relative to the document where it lies beside or below it. */
function shown(url: string, base: string): string {
  const directory = base.replace(/[^/]*$/, '')
  return url !== base && url.startsWith(directory) ? url.slice(directory.length) : url.replace(/^file:\/\/.*\//, '')
}

function refused(file: string, code: LossCode, problem: string): Loss {
  return { code, severity: 'error', file, line: undefined, pointer: '', operation: undefined, problem, fix: undefined }
}

/** Members that are data, whatever they hold. */
const data: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const'])
/** Members whose members are names that somebody chose. */
const maps: ReadonlySet<string> = new Set(
  'properties patternProperties dependentSchemas $defs definitions schemas paths responses parameters headers requestBodies pathItems callbacks'.split(
    ' ',
  ),
)

/** Addresses of other files that a file refers to; names that it gives itself (`$id`) are not among them. */
function outward(file: SourceFile): readonly string[] {
  const found = new Set<string>()
  const ids = new Set<string>()
  const seen = new Set<object>()
  const walk = (value: unknown, named: boolean): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (!Array.isArray(value) && isFields(value) && !named) {
      const { $ref: reference, $id: id } = value
      if (typeof reference === 'string' && !reference.startsWith('#')) {
        const url = absolute(reference, file.base)
        if (url !== undefined && url !== file.base) found.add(url)
      }
      if (typeof id === 'string') ids.add(absolute(id, file.base) ?? id)
    }
    for (const [name, inside] of Object.entries(value))
      if (named || !(data.has(name) || name.startsWith('x-'))) walk(inside, !named && maps.has(name))
  }
  walk(file.value, false)
  if (isFields(file.value) && typeof file.value['$self'] === 'string')
    ids.add(absolute(file.value['$self'], file.base) ?? '')
  return [...found].filter((url) => !ids.has(url))
}

/** A reference as an address without fragment (RFC 3986 §5). */
export const absolute = (reference: string, base: string): string | undefined =>
  URL.parse(reference, base)?.href.replace(/#.*$/s, '')
