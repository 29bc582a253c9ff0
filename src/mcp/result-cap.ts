// Results of tools for clients that take only so much of one: what is above it is cut from the texts, and a last text says so.
import { type RawJson, rawJson } from '../core/brand.ts'
import { cut, edited, elements, find, members, type Span } from './json.ts'

/** A text in the content of a result: where the block stands, and where its text. */
interface Block {
  readonly span: Span
  readonly text: Span | undefined
}

/**
 * The result with at most so many characters of text; the same one if it has no more. Pictures and sounds are no characters, and
 * `structuredContent` stays whole: its schema promises a form that half of it would not have.
 */
export function capped(result: RawJson, most: number, client: string): RawJson {
  const content = members(result).get('content')
  if (content === undefined || result[content.start] !== '[') return result
  const blocks = elements(result, content.start).map((span) => ({ span, text: textIn(result, span) }))
  const texts = blocks.map(({ text }) => (text === undefined ? '' : String(JSON.parse(cut(result, text)))))
  const all = texts.reduce((sum, { length }) => sum + length, 0)
  if (all <= most) return result
  let left = most
  const kept = blocks.flatMap((block, index): string[] => {
    const text = texts[index] ?? ''
    if (block.text === undefined || text.length <= left) {
      left -= text.length
      return [cut(result, block.span)]
    }
    const head = headOf(text, left)
    left = 0
    return head === '' ? [] : [shortened(result, block, head)]
  })
  const note = `[${all - most} of ${all} characters are cut here: ${client} takes ${most} of a result. Ask for less at a time.]`
  kept.push(JSON.stringify({ type: 'text', text: note }))
  return edited(result, [{ ...content, with: `[${kept.join(',')}]` }])
}

/** The text of a text block, or of a resource that stands in the result. */
function textIn(result: RawJson, span: Span): Span | undefined {
  const block = members(result, span.start)
  const resource = block.get('resource')
  const text = block.get('text') ?? (resource && members(result, resource.start).get('text'))
  return text !== undefined && result[text.start] === '"' ? text : undefined
}

function shortened(result: RawJson, { span, text }: Block, head: string): string {
  const block = cut(result, span)
  if (text === undefined) return block
  return edited(block, [{ start: text.start - span.start, end: text.end - span.start, with: JSON.stringify(head) }])
}

/** The beginning of a text, with no half of a pair at its end. */
function headOf(text: string, most: number): string {
  const last = text.charCodeAt(most - 1)
  return text.slice(0, last >= 0xd8_00 && last <= 0xdb_ff ? most - 1 : most)
}

/** How much a tool wants to say, by a member of its `_meta`; `undefined`: it does not say. */
export function wishOf(definition: string, member: string): number | undefined {
  const span = find(definition, ['_meta', member])
  const wish: unknown = span && JSON.parse(cut(rawJson(definition), span))
  return typeof wish === 'number' && wish > 0 ? wish : undefined
}
