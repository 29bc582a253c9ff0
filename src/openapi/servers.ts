// Where requests go: the document's servers, what the configuration makes of them, and hosts that nobody asked for (reference: openapi §9).
import type { Version } from './dialect.ts'
import type { Place } from './place.ts'
import { Broken } from './references.ts'
import type { Options, Server } from './tool.ts'
import { fields, list, own, text, texts } from './value.ts'

/** Finds the server of each operation. */
export class Servers {
  readonly #options: Options
  readonly #document: string | undefined
  readonly #version: Version
  readonly #main: Server | Broken

  constructor(root: Place, version: Version, options: Options, document: string | undefined) {
    this.#options = options
    this.#document = document
    this.#version = version
    this.#main = caught(() => this.#first(root))
  }

  /** Throws `Broken` for a server that cannot be used, or that is a host which nobody has allowed. */
  of(operation: Place, item: Place): Server {
    const near = [operation, item].find(({ value }) => list(own(fields(value), 'servers')).length > 0)
    const here =
      near === undefined || this.#version.dialect === '2.0'
        ? this.#main
        : caught(() => this.#read(near.at('servers').at(0)))
    if (here instanceof Broken) throw here
    const usual = this.#main instanceof Broken ? undefined : this.#main.origin
    if (here.origin === usual || here.origin === undefined)
      return this.#options.ownHost === true ? { origin: undefined, path: here.path } : here
    const { otherHosts = [] } = this.#options
    const { host, hostname } = new URL(here.origin)
    if (otherHosts === 'all' || otherHosts.includes(host) || otherHosts.includes(hostname)) return here
    throw new Broken(
      near ?? operation,
      'openapi.server',
      `the server is another host, ${host}`,
      'list it in servers.allow to use it',
    )
  }

  #first(root: Place): Server {
    if (this.#version.dialect === '2.0') return this.#swagger(root)
    const all = root.at('servers')
    const chosen = this.#chosen(all)
    return chosen === undefined ? this.#placed(root, '/') : this.#read(chosen)
  }

  #chosen(all: Place): Place | undefined {
    const count = list(all.value).length
    const { server } = this.#options
    const places = Array.from({ length: count }, (_, index) => all.at(index))
    if (server?.index === undefined && server?.description === undefined && server?.url === undefined) return places[0]
    const found = places.find(({ value }, index) => {
      const { url, description } = fields(value)
      return (
        (server.index ?? index) === index &&
        (server.description ?? description) === description &&
        (server.url ?? url) === url
      )
    })
    if (found !== undefined) return found
    throw new Broken(
      all,
      'openapi.server',
      `the document has no such server among its ${count}`,
      'see server: in the configuration',
    )
  }

  #read(place: Place): Server {
    const { url, variables } = fields(place.value)
    if (typeof url !== 'string') throw new Broken(place, 'openapi.server', 'the server has no url')
    const filled = url.replace(/\{([^{}]*)\}/g, (_, name: string) => this.#variable(place, fields(variables), name))
    return this.#placed(place, filled)
  }

  #variable(place: Place, variables: Fields, name: string): string {
    const variable = fields(own(variables, name))
    const allowed = texts(own(variable, 'enum'))
    const given = own(this.#options.server?.variables ?? {}, name)
    if (typeof given === 'string' && (allowed.length === 0 || allowed.includes(given))) return given
    const at = place.at('variables').at(name)
    if (typeof given === 'string')
      throw new Broken(
        at,
        'openapi.server',
        `the variable "${name}" cannot be "${given}"`,
        `it is one of ${allowed.join(', ')}`,
      )
    const standard = own(variable, 'default')
    if (typeof standard === 'string' || typeof standard === 'number') return String(standard)
    if (allowed[0] !== undefined) return allowed[0]
    throw new Broken(
      at,
      'openapi.server',
      `the variable "${name}" has no default`,
      'give it one with server: { variables: … }',
    )
  }

  /** Relative to the document's address; without one, on the target's host. */
  #placed(place: Place, written: string): Server {
    const base = this.#document ?? 'https://target.invalid/'
    const url = URL.parse(written.startsWith('//') ? `https:${written}` : written, base)
    if (url === null || /[\\\s]/.test(written))
      throw new Broken(place, 'openapi.server', `the server is no address: "${written.slice(0, 200)}"`)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new Broken(place, 'openapi.server', `the server is spoken to by ${url.protocol.slice(0, -1)}, not http`)
    if (url.username !== '' || url.password !== '')
      throw new Broken(place, 'openapi.server', 'the server holds user information')
    const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(written)
    const origin = absolute || this.#document !== undefined ? url.origin : undefined
    return { origin, path: url.pathname.replace(/\/+$/, '') }
  }

  #swagger(root: Place): Server {
    const { host, basePath, schemes } = fields(root.value)
    const path = text(basePath) ?? '/'
    const rooted = path.startsWith('/') ? path : `/${path}`
    if (typeof host !== 'string' || host === '') return this.#placed(root, rooted)
    const known = texts(schemes)
    const scheme = known.includes('https') || !known.includes('http') ? 'https' : 'http'
    if (/[/?#@\\\s]/.test(host))
      throw new Broken(root.at('host'), 'openapi.server', `"${host.slice(0, 200)}" is no host`)
    return this.#placed(root.at('host'), `${scheme}://${host}${rooted}`)
  }
}

type Fields = ReturnType<typeof fields>

function caught(read: () => Server): Server | Broken {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof Broken) return thrown
    throw thrown
  }
}
