// Header fields as expressions see them: by name in any case, one as text and several as a list, and in the forms that are asked for.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Fault, HostObject, type PlainObject, type Value } from '../cel/value.ts'
import { REDACTED } from './context-identity.ts'

/** Fields that are credentials or hold them, whatever a configuration says. */
export const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'x-api-key',
])

type Form = 'usual' | 'join' | 'raw' | 'split'

interface Options {
  readonly headers: IncomingHttpHeaders | OutgoingHttpHeaders
  /** Names and values as they came: node has joined what came more than once. */
  readonly raw?: readonly string[]
  readonly form?: Form
  readonly redacted?: boolean
  /** Further fields that are redacted (`config.sensitiveHeaders`). */
  readonly sensitive?: ReadonlySet<string> | undefined
}

/** `request.headers` and `response.headers` with `redacted()`, `join()`, `raw()`, `split()` and `cookie(name)`. */
export class HeadersView extends HostObject {
  readonly #options: Options

  constructor(options: Options) {
    super()
    this.#options = options
  }

  get(field: string): Value | undefined {
    const name = field.toLowerCase()
    const values = this.#values(name)
    if (values === undefined) return undefined
    const { form = 'usual', redacted = false, sensitive } = this.#options
    const shown =
      redacted && (credentialHeaders.has(name) || sensitive?.has(name) === true) ? values.map(() => REDACTED) : values
    switch (form) {
      case 'join':
        return shown.join(',')
      case 'raw':
        return shown
      case 'split':
        return shown.flatMap((value) => value.split(',').map((part) => part.trim()))
      case 'usual':
        return shown.length === 1 ? shown[0] : shown
    }
  }

  override call(name: string, args: readonly Value[]): Value | undefined {
    if (name === 'cookie' && args.length === 1) return this.#cookie(args[0] ?? null)
    if (args.length > 0) return undefined
    switch (name) {
      case 'redacted':
        return new HeadersView({ ...this.#options, redacted: true })
      case 'join':
      case 'raw':
      case 'split':
        return new HeadersView({ ...this.#options, form: name })
      default:
        return undefined
    }
  }

  plain(): PlainObject {
    const fields: { [name: string]: Value } = Object.create(null)
    for (const name of Object.keys(this.#options.headers)) {
      const value = this.get(name)
      if (value !== undefined) fields[name.toLowerCase()] = value
    }
    return fields
  }

  /** All values of a field, apart as they came. */
  #values(name: string): readonly string[] | undefined {
    const { headers, raw } = this.#options
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (value === undefined) return undefined
    if (typeof value !== 'string') return Array.isArray(value) ? value : [String(value)]
    if (raw === undefined || !(value.includes(', ') || value.includes('; '))) return [value]
    const came: string[] = []
    for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) came.push(raw[i + 1] ?? '')
    // Only if nobody has changed the field since does the way it came still say anything.
    return came.length > 1 && came.join(name === 'cookie' ? '; ' : ', ') === value ? came : [value]
  }

  #cookie(wanted: Value): Value {
    for (const field of this.#values('cookie') ?? [])
      for (const pair of field.split(';')) {
        const equals = pair.indexOf('=')
        if (equals > 0 && pair.slice(0, equals).trim() === wanted) return pair.slice(equals + 1).trim()
      }
    return new Fault('no-such-key', 'cookie: there is none of that name')
  }
}
