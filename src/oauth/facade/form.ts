// Parameters of a query or a form, read the way OAuth wants them: each at most once, an empty one is none (RFC 6749 §3.1).

/** Only `resource` may be there more than once (RFC 8707 §2). */
const repeatable: ReadonlySet<string> = new Set(['resource'])
const MOST = 64

export class Parameters {
  readonly #values = new Map<string, string[]>()
  /** True when something is there twice, or when there are too many. */
  readonly broken: boolean

  constructor(text: string) {
    let broken = false
    let count = 0
    for (const [name, value] of new URLSearchParams(text)) {
      if (++count > MOST) broken = true
      if (broken) break
      const there = this.#values.get(name)
      if (there === undefined) this.#values.set(name, [value])
      else if (repeatable.has(name)) there.push(value)
      else broken = true
    }
    this.broken = broken
  }

  get(name: string): string | undefined {
    return this.#values.get(name)?.[0] || undefined
  }

  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== '')
  }
}

/** A list of words between spaces, each once (RFC 6749 §3.3); `undefined` when one of them is no scope. */
export function scopesIn(text: string | undefined): readonly string[] | undefined {
  const words = (text ?? '').split(' ').filter((word) => word !== '')
  if (words.length > MOST || !words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(word))) return undefined
  return [...new Set(words)]
}
