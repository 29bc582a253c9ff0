// Host names as listeners and routes spell them: exact, `*.wildcard`, or none for every host.

/**
 * Host of an authority in lower case, without port: `Example.com:80` → `example.com`, `[::1]:80` → `[::1]`. A dot at the end means
 * the same host (RFC 1034 §3.1), whose listener and routes it must not slip past.
 */
export function hostOf(authority: string): string {
  const bracket = authority.lastIndexOf(']')
  const colon = authority.indexOf(':', bracket < 0 ? 0 : bracket)
  const host = (colon < 0 ? authority : authority.slice(0, colon)).toLowerCase()
  return host.endsWith('.') ? host.slice(0, -1) : host
}

/**
 * Things filed under host names. `at(host)` gives them in order of precedence: exact name, longest wildcard, no name
 * (reference: agentgateway §1.5; a wildcard covers one or more labels, never none).
 */
export class HostMap<T> {
  readonly #exact = new Map<string, T>()
  readonly #wild: { readonly suffix: string; readonly value: T }[] = []
  #any: T | undefined = undefined

  /** The value under a name, made on first use. */
  get(name: string | undefined, make: () => T): T {
    if (name === undefined || name === '*' || name === '') return (this.#any ??= make())
    const lower = name.toLowerCase()
    if (!lower.startsWith('*.')) {
      const found = this.#exact.get(lower) ?? make()
      this.#exact.set(lower, found)
      return found
    }
    const suffix = lower.slice(1)
    const known = this.#wild.find((entry) => entry.suffix === suffix)
    if (known !== undefined) return known.value
    const value = make()
    this.#wild.push({ suffix, value })
    this.#wild.sort((a, b) => b.suffix.length - a.suffix.length)
    return value
  }

  /** First value for the host that `test` accepts. */
  find(host: string, test: (value: T) => boolean): T | undefined {
    const exact = this.#exact.get(host)
    if (exact !== undefined && test(exact)) return exact
    for (const { suffix, value } of this.#wild) {
      if (host.endsWith(suffix) && host.length > suffix.length && test(value)) return value
    }
    return this.#any !== undefined && test(this.#any) ? this.#any : undefined
  }
}
