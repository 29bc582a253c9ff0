// Environment expansion of a configuration's whole text, before anything is parsed. Comments are text too, as in the original.

export type Env = { readonly [name: string]: string | undefined }

/** A stretch of the expanded text that does not stand in the source as it is. */
interface Replaced {
  /** Offsets in the expanded text. */
  readonly start: number
  readonly end: number
  /** Offsets in the source. */
  readonly from: number
  readonly to: number
  /** The variable is not set and has no default: its reference was left where it stands. */
  readonly missing: boolean
}

interface Missing {
  readonly name: string
  /** Offset of the `$` in the source. */
  readonly at: number
  readonly length: number
}

export interface Expanded {
  readonly text: string
  readonly replaced: readonly Replaced[]
  readonly missing: readonly Missing[]
}

/** What stands before the `$schema` of an editor's modeline; a shell's here-document leaves a backslash. */
const MODELINE = /#\s*yaml-language-server:\s*\\?$/
const NAME = /[\p{Alphabetic}\p{N}_]+/uy
const BRACED = /\{([^}]*)\}/y

/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `$$` for one `$`, and `~` at the very start (reference: agentgateway §1.1). A variable
 * that is set but empty is empty, not its default. The `$schema` of an editor's modeline is left alone.
 */
export function expand(source: string, env: Env): Expanded {
  const replaced: Replaced[] = []
  const missing: Missing[] = []
  let text = ''
  let from = 0
  const put = (at: number, length: number, value: string | undefined, name: string): void => {
    text += source.slice(from, at)
    if (value === undefined) missing.push({ name, at, length })
    const written = value ?? source.slice(at, at + length)
    replaced.push({
      start: text.length,
      end: text.length + written.length,
      from: at,
      to: at + length,
      missing: value === undefined,
    })
    text += written
    from = at + length
  }
  // Behind the last brace nothing closes: looking for one at each `${` would take quadratic time.
  const lastBrace = source.lastIndexOf('}')
  const home = env['HOME']
  if (home !== undefined && /^~(\/|$)/.test(source)) put(0, 1, home, 'HOME')
  for (let at = source.indexOf('$', from); at >= 0; at = source.indexOf('$', Math.max(at + 1, from))) {
    if (isModeline(source, at)) continue
    if (source[at + 1] === '$') put(at, 2, '$', '')
    else {
      const found = reference(source, at, at < lastBrace)
      if (found !== undefined) put(at, found.length, env[found.name] ?? found.fallback, found.name)
    }
  }
  return { text: text + source.slice(from), replaced, missing }
}

/** Offset in the source of an offset in the expanded text; inside a replaced stretch: where its reference begins. */
export function sourceOffset(expanded: Expanded, offset: number): number {
  let shift = 0
  for (const { start, end, from, to } of expanded.replaced) {
    if (offset < start) break
    if (offset < end) return from
    shift = to - end
  }
  return offset + shift
}

function isModeline(source: string, at: number): boolean {
  return source.startsWith('$schema', at) && MODELINE.test(source.slice(source.lastIndexOf('\n', at) + 1, at))
}

function reference(
  source: string,
  at: number,
  closes: boolean,
): { name: string; length: number; fallback: string | undefined } | undefined {
  BRACED.lastIndex = at + 1
  const braced = closes ? BRACED.exec(source) : null
  if (braced !== null) {
    const inner = braced[1] ?? ''
    const split = inner.indexOf(':-')
    // `${:-x}` has no name to have a default for: the whole of it is the name, and never set.
    const named = split > 0 ? inner.slice(0, split) : inner
    return { name: named, length: braced[0].length + 1, fallback: split > 0 ? inner.slice(split + 2) : undefined }
  }
  NAME.lastIndex = at + 1
  const bare = NAME.exec(source)
  return bare === null ? undefined : { name: bare[0], length: bare[0].length + 1, fallback: undefined }
}
