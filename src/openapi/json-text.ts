// What `JSON.parse` does not say about a text it accepts: names that stand twice, and how deep it goes.

export interface TwiceNamed {
  readonly name: string
  readonly first: number
  readonly second: number
}

export interface JsonFacts {
  readonly depth: number
  /** The first name that one object has twice: which of both counts depends on the reader. */
  readonly twice: TwiceNamed | undefined
}

const QUOTE = 34
const BACKSLASH = 92

/** Looks over a text that `JSON.parse` has accepted; offsets are into it. */
export function jsonFacts(source: string): JsonFacts {
  const open: (Map<string, number> | undefined)[] = []
  let depth = 0
  let expectsName = false
  for (let at = 0; at < source.length; at++) {
    switch (source.charCodeAt(at)) {
      case QUOTE: {
        const end = stringEnd(source, at)
        if (expectsName) {
          const name: unknown = JSON.parse(source.slice(at, end + 1))
          const names = open.at(-1)
          if (typeof name === 'string' && names !== undefined) {
            const first = names.get(name)
            if (first !== undefined) return { depth, twice: { name, first, second: at } }
            names.set(name, at)
          }
          expectsName = false
        }
        at = end
        break
      }
      case 123: // {
        open.push(new Map())
        expectsName = true
        depth = Math.max(depth, open.length)
        break
      case 91: // [
        open.push(undefined)
        depth = Math.max(depth, open.length)
        break
      case 125: // }
      case 93: // ]
        open.pop()
        expectsName = false
        break
      case 44: // ,
        expectsName = open.at(-1) !== undefined
        break
    }
  }
  return { depth, twice: undefined }
}

function stringEnd(source: string, start: number): number {
  for (let at = source.indexOf('"', start + 1); at >= 0; at = source.indexOf('"', at + 1)) {
    let slashes = 0
    while (source.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at
  }
  return source.length
}

/** The value of a text, with every number that JavaScript's cannot hold as `JSON.rawJSON`. Throws for what is no JSON. */
export const exactJson = (source: string): unknown => JSON.parse(source, spelled)

function spelled(this: unknown, _: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? JSON.rawJSON(context.source)
    : value
}

/** The same JSON without the whitespace between its tokens: numbers keep their spelling, which parsing would not. */
export function compactJson(source: string): string {
  if (!/[\n\r\t]| {2}/.test(source)) return source.trim()
  let plain = ''
  let from = 0
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(source, at)
    else if (code === 32 || (code >= 9 && code <= 13)) {
      plain += source.slice(from, at)
      from = at + 1
    }
  }
  return plain + source.slice(from)
}
