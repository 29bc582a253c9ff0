// Texts of an answer: what leaks from them, the same without it, and the same marked as data. Everything else stays byte for byte.
import { type RawJson, rawJson } from '../core/brand.ts'
import { personalIn } from '../scan/personal.ts'
import { type Leak, secretsIn } from '../scan/secrets.ts'
import { type JsonString, withStrings } from './json-strings.ts'
import { withBlobs } from './mcp-result-guard-blobs.ts'

/** Which leaks are looked for. */
export interface Leaks {
  readonly secrets: boolean
  readonly personal: boolean
  /** The text is a question: its address is for whoever is asked to open it. */
  readonly asks?: boolean
}

/** The first leak and the JSON Pointer (RFC 6901) of the string that it is in. */
export function leaksIn(raw: RawJson, leaks: Leaks): { readonly kind: string; readonly path: string } | undefined {
  if (!leaks.secrets && !leaks.personal) return undefined
  let first: { kind: string; path: string } | undefined
  const look = (text: string, path: JsonString['path']): undefined => {
    const [leak] = first === undefined ? found(text, leaks) : []
    if (leak !== undefined && !isOpaque(path, leaks)) first = { kind: leak.kind, path: pointerOf(path) }
  }
  withStrings(raw, ({ text, path, isKey }) => (isBlob(text, path, isKey) ? undefined : look(text, path)))
  withBlobs(raw, look)
  return first
}

/** The answer with `[REDACTED:kind]` in place of each leak, in names of members too. */
export function redacted(raw: RawJson, leaks: Leaks): RawJson {
  if (!leaks.secrets && !leaks.personal) return raw
  const without = (text: string, path: JsonString['path']): string | undefined => {
    const all = found(text, leaks)
    if (all.length === 0 || isOpaque(path, leaks)) return undefined
    let out = ''
    let from = 0
    for (const { kind, start, end } of all) {
      if (start < from) continue
      out += `${text.slice(from, start)}[REDACTED:${kind}]`
      from = end
    }
    return out + text.slice(from)
  }
  // Bytes first: as a text, all of them would be one leak.
  const rest = withBlobs(raw, without)
  return rawJson(
    withStrings(rest, ({ text, path, isKey }) => (isBlob(text, path, isKey) ? undefined : without(text, path))),
  )
}

/** The answer with every text that a model reads as prose between tags. What has a schema cannot be marked and stays. */
export function tagged(raw: RawJson, wrap: (text: string) => string): RawJson {
  return rawJson(withStrings(raw, (string) => (isProse(string) ? wrap(string.text) : undefined)))
}

function found(text: string, { secrets, personal }: Leaks): readonly Leak[] {
  if (text.length < SHORTEST) return []
  const all = [...(secrets ? secretsIn(text) : []), ...(personal ? personalIn(text) : [])]
  return secrets && personal ? all.toSorted((a, b) => a.start - b.start || b.end - a.end) : all
}

/** Nothing that leaks is shorter. */
const SHORTEST = 6

/** Pictures, sounds and files: base64 that happens to look like a key is none. */
const isBlob = (text: string, path: JsonString['path'], isKey: boolean): boolean =>
  !isKey && text.length > 512 && (path.at(-1) === 'data' || path.at(-1) === 'blob') && /^[A-Za-z0-9+/=_-]+$/.test(text)

/**
 * What servers want back as they said it (states, cursors, tokens, ids), and addresses that a user opens: no model reads them, and
 * whoever changes them breaks what they are for.
 */
function isOpaque(path: JsonString['path'], { asks = false }: Leaks): boolean {
  const last = path.at(-1)
  if (typeof last !== 'string' || !opaque.has(last)) return false
  const [root, , params] = path
  const inside = root === 'inputRequests' && params === 'params'
  const below = inside ? path.slice(3) : path
  const [first, second] = below
  if (last === 'taskId')
    return below.length === 1 || (first === 'task' && below.length === 2) || first === '_meta' || first === 'tasks'
  if (last === 'url') return below.length === 1 && (inside || asks)
  return last === 'progressToken' ? below.length === 1 || (first === '_meta' && second === last) : below.length === 1
}

const opaque = new Set(['requestState', 'nextCursor', 'progressToken', 'requestId', 'elicitationId', 'taskId', 'url'])

/** `content[].text`, `content[].resource.text`, `contents[].text`, `messages[].content.text`; those of lists of blocks, and of tasks. */
function isProse({ path, isKey }: JsonString): boolean {
  if (isKey || path.at(-1) !== 'text') return false
  const place = path.map((step) => (typeof step === 'number' ? '[]' : step)).join('.')
  return /^(?:result\.)?(?:(?:content|messages\.\[\]\.content)\.(?:\[\]\.)?(?:resource\.)?|contents\.\[\]\.)text$/.test(
    place,
  )
}

/** A pointer without names that the server chose: they may be what must not be repeated. */
export const spoken = (pointer: string): string =>
  pointer
    .split('/')
    .map((step) => (step === '' || words.has(step) || /^\d{1,6}$/.test(step) ? step : '*'))
    .join('/')

/** Members that the protocol names. */
const words = new Set(
  `_meta annotations blob completion content contents data description error inputRequests items message messages name params
  properties requestedSchema resource result role statusMessage structuredContent systemPrompt task tasks text title uri url
  values`.split(/\s+/),
)

const pointerOf = (path: JsonString['path']): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
