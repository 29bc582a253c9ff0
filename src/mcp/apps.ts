// Addresses of apps in definitions of tools (`_meta.ui.resourceUri` and its older flat spelling): found, and taken out.
import { type Edit, edited, members, type Span } from './json.ts'

const NESTED = 'resourceUri'
const FLAT = 'ui/resourceUri'

/** The definition without those addresses that may not be told. All other bytes stay. */
export function withoutApps(text: string, told: (uri: string) => boolean): string {
  // A spelling with JSON escapes is seen too: hosts read the parsed value, and `\u` could spell any of the letters.
  if (!text.includes('esourceUri') && !text.includes('\\u')) return text
  const meta = members(text).get('_meta')
  if (meta === undefined || text[meta.start] !== '{') return text
  const edits: Edit[] = []
  const there = members(text, meta.start)
  const ui = there.get('ui')
  if (hidden(text, there.get(FLAT), told)) {
    edits.push(without(text, meta, FLAT, (name, value) => (name === 'ui' ? inUi(text, value, told) : undefined)))
  } else if (ui !== undefined) {
    const changed = inUi(text, ui, told)
    if (changed !== undefined) edits.push({ ...ui, with: changed })
  }
  return edited(text, edits)
}

function inUi(text: string, ui: Span, told: (uri: string) => boolean): string | undefined {
  if (text[ui.start] !== '{') return undefined
  return hidden(text, members(text, ui.start).get(NESTED), told)
    ? without(text, ui, NESTED, () => undefined).with
    : undefined
}

function hidden(text: string, span: Span | undefined, told: (uri: string) => boolean): boolean {
  if (span === undefined || text[span.start] !== '"') return false
  const uri: unknown = JSON.parse(text.slice(span.start, span.end))
  return typeof uri === 'string' && !told(uri)
}

/** An object without one of its members; `change` may exchange the values of others. */
function without(
  text: string,
  object: Span,
  leave: string,
  change: (name: string, value: Span) => string | undefined,
): Edit {
  const kept: string[] = []
  for (const [name, value] of members(text, object.start))
    if (name !== leave)
      kept.push(`${JSON.stringify(name)}:${change(name, value) ?? text.slice(value.start, value.end)}`)
  return { ...object, with: `{${kept.join(',')}}` }
}
