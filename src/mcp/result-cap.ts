// Results of tools for clients that take only so much of one: what is above it is cut from the texts, and a last text says so.
import { type RawJson, rawJson } from '../core/brand.ts'
import { tagPiece } from '../policy/tag-piece.ts'
import { cut, edited, elements, find, members, type Span } from './json.ts'
import { endOf } from './kept-results.ts'

/** A text in the content of a result: where the block stands, and where its text. */
interface Block {
  readonly span: Span
  readonly text: Span | undefined
}

/** How much of a result is passed on, who takes no more, and what becomes of the rest. */
export interface Cap {
  readonly characters: number
  /** Begins the sentence `… takes 1000 of a result`. */
  readonly taker: string
  /** Keeps a text that is cut off, and says under which URI it is read. */
  readonly keep?: (rest: string) => string | undefined
}

/**
 * The result with at most so many characters of text; the same one if it has no more. Pictures and sounds are no characters, and
 * `structuredContent` stays whole: its schema promises a form that half of it would not have.
 */
export function capped(result: RawJson, cap: Cap): RawJson {
  const content = members(result).get('content')
  if (content === undefined || result[content.start] !== '[') return result
  const blocks = elements(result, content.start).map((span) => ({ span, text: textIn(result, span) }))
  const texts = blocks.map(({ text }) => (text === undefined ? '' : String(JSON.parse(cut(result, text)))))
  const all = texts.reduce((sum, { length }) => sum + length, 0)
  if (all <= cap.characters) return result
  let left = cap.characters
  const rest: string[] = []
  let gone = 0
  const kept = blocks.flatMap((block, index): string[] => {
    const text = texts[index] ?? ''
    if (block.text === undefined || text.length <= left) {
      left -= text.length
      return [cut(result, block.span)]
    }
    const head = tagPiece(text, 0, endOf(text, left))
    rest.push(tagPiece(text, head.end, text.length).text)
    gone += text.length - head.end
    left = 0
    return head.text === '' ? [] : [shortened(result, block, head.text)]
  })
  kept.push(...noted(cap, rest.join('\n'), { gone, all }))
  return edited(result, [{ ...content, with: `[${kept.join(',')}]` }])
}

/** A task of 2026-07-28 with its result, which has at most so many characters. */
export function cappedTask(task: RawJson, cap: Cap): RawJson {
  const result = members(task).get('result')
  if (result === undefined || task[result.start] !== '{') return task
  return edited(task, [{ ...result, with: capped(cut(task, result), cap) }])
}

interface Counted {
  readonly gone: number
  readonly all: number
}

/** What stands in place of the rest: a note, and the way to it. */
function noted({ characters, taker, keep }: Cap, rest: string, { gone, all }: Counted): readonly string[] {
  const uri = keep?.(rest)
  const way = uri === undefined ? 'Ask for less at a time.' : `Read the rest at ${uri}, or ask for less at a time.`
  const note = `[${gone} of ${all} characters are cut here: ${taker} takes ${characters} of a result. ${way}]`
  const link = { type: 'resource_link', uri, name: 'rest-of-the-result', mimeType: 'text/plain', size: gone }
  return [JSON.stringify({ type: 'text', text: note }), ...(uri === undefined ? [] : [JSON.stringify(link)])]
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

/** How much a tool wants to say, by a member of its `_meta`; `undefined`: it does not say. */
export function wishOf(definition: string, member: string): number | undefined {
  const span = find(definition, ['_meta', member])
  const wish: unknown = span && JSON.parse(cut(rawJson(definition), span))
  return typeof wish === 'number' && wish > 0 ? wish : undefined
}
