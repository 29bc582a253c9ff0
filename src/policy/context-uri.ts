// A URI as expressions see it: text that also knows its query.
import { Fault, HostObject, type Value } from '../cel/value.ts'

/** `request.uri` and `request.pathAndQuery` with `query(name)`, `addQuery(name, value)` and `setQuery(name, value)`. */
export class UriText extends HostObject {
  readonly #text: string

  constructor(text: string) {
    super()
    this.#text = text
  }

  get(): undefined {
    return undefined
  }

  override call(method: string, args: readonly Value[]): Value | undefined {
    const [name, value] = args
    if (typeof name !== 'string') return undefined
    if (method === 'query' && args.length === 1) return this.#query(name)
    if (typeof value !== 'string' || args.length !== 2) return undefined
    if (method === 'addQuery') return this.#with(this.#pairs(), name, value)
    if (method !== 'setQuery') return undefined
    return this.#with(
      this.#pairs().filter((pair) => nameOf(pair) !== name),
      name,
      value,
    )
  }

  plain(): string {
    return this.#text
  }

  #query(name: string): Value {
    const values = new URLSearchParams(this.#pairs().join('&')).getAll(name)
    return values.length === 0 ? new Fault('no-such-key', 'query: there is no parameter of that name') : values
  }

  #pairs(): readonly string[] {
    const mark = this.#text.indexOf('?')
    return mark < 0
      ? []
      : this.#text
          .slice(mark + 1)
          .split('&')
          .filter(Boolean)
  }

  #with(pairs: readonly string[], name: string, value: string): UriText {
    const mark = this.#text.indexOf('?')
    const base = mark < 0 ? this.#text : this.#text.slice(0, mark)
    return new UriText(`${base}?${[...pairs, new URLSearchParams([[name, value]]).toString()].join('&')}`)
  }
}

const nameOf = (pair: string): string | undefined => new URLSearchParams(pair).keys().next().value
