// TP-136: a sentence that reads like an attack as a whole, though no part of it does: its signs and their pairs are weighed.
import type { Concept } from '../concepts.ts'
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isFenced, isOrder, isShown, topicOf } from '../speech.ts'
import { claimed } from './consent.ts'
import { about } from './context-harvest.ts'
import { keeper } from './secret-read.ts'
import { weights } from './weights.ts'

/** From here on it is a warning, and from here on a block. */
const WARNS = 1
const BLOCKS = 2

const surfaces = ['title', 'description', 'instructions', 'parameter', 'value', 'schema', 'annotation', 'meta'] as const

export const weighed = rule({
  looksAt: 'sentence',
  id: 'TP-136',
  class: 'exfiltration',
  severity: 'medium',
  message: 'reads as a whole like an order that serves somebody else than the user',
  advice: 'read the sentence as if you were to obey it: keep the tool out unless its author can say what it is for',
  kinds: ['tool', 'prompt', 'resource', 'server'],
  surfaces,
  needs: [
    'user',
    'assistant',
    'secret',
    'private',
    'talk',
    'inner',
    'said',
    'outside',
    'money',
    'quiet',
    'session',
    'regardless',
    'config',
    'safety',
    'says-conceal',
    'says-consent',
    'says-override',
    'free',
    'rules',
    'every',
    'must',
    'pretext',
    'send',
    'put',
    'ignore',
  ],
  find(sentence, place): Hit | undefined {
    const total = scoreOf(sentence, place)
    if (total < WARNS) return undefined
    const { start, end } = sentence
    if (
      sentence.marks.some((mark) => mark.base && isShown(sentence, mark.start)) ||
      isFenced(sentence.reading.text, start)
    )
      return { start, end, severity: 'info' }
    return { start, end, severity: total >= BLOCKS ? 'high' : 'medium' }
  },
})

/** What a sentence can be told by: what its words mean, which of its verbs are orders, what it names, where it stands. */
type Sign = string

const acts: ReadonlySet<Concept> = new Set([
  'tell',
  'ignore',
  'read',
  'send',
  'put',
  'write',
  'run',
  'call',
  'ask',
  'delete',
  'prefer',
  'remember',
  'answer',
  'repeat',
])

/** Links of documents lead to documents. */
const manual = /^\]\(|\bdocs?[./]|developers?\.|\/docs\/|\/wiki\/|github\.com|rfc-editor|#[\w-]+$/

/** An address that nobody has, or that only shows what one looks like. */
const isSample = (text: string, start: number, end: number): boolean =>
  /[@/.]example\.(?:com|org|net)\b/.test(text.slice(start, end + 8)) ||
  /(?:\be\.g\.?|\bexamples?:?|\bsuch as|\bfor instance,?|\blike)[^.;]{0,60}$/.test(
    text.slice(Math.max(0, start - 72), start),
  )

/** The signs of a sentence, each once. */
export const signsOf = (sentence: Sentence, place: Place): readonly Sign[] => [
  ...plainSigns(sentence, place),
  ...orderSigns(sentence),
]

/** Those that cost nothing to find. */
function plainSigns(sentence: Sentence, place: Place): readonly Sign[] {
  const { surface } = place.piece
  const isProse = surface === 'description' || surface === 'instructions'
  const signs: Sign[] = [
    sentence.index === 0 && surface === 'description' ? 'first' : 'later',
    isProse ? 'prose' : surface === 'parameter' ? 'parameter' : 'odd',
  ]
  const add = (sign: Sign): void => {
    if (!signs.includes(sign)) signs.push(sign)
  }
  for (const { concept } of sentence.marks) add(signOf(sentence, concept))
  const { text } = sentence.reading
  for (const { kind, start, end } of addresses(sentence))
    add(
      isSample(text, start, end)
        ? 'sample'
        : kind === 'url' && manual.test(text.slice(Math.max(0, start - 2), end))
          ? 'manual'
          : kind,
    )
  for (const beside of [sentence.previous, sentence.next]) {
    if (beside?.hasAny('says-conceal', 'quiet') === true) add('hidden-beside')
    if (beside?.hasAny('secret', 'talk', 'inner') === true) add('goods-beside')
  }
  const topic = topicOf(place)
  if (keeper.test(topic)) add('keeper')
  if (about.test(topic)) add('talker')
  return signs
}

/** Two phrases mean less than they say: consent that is asked for, and what is only not shown. */
function signOf(sentence: Sentence, concept: Concept): Sign {
  if (concept === 'says-consent' && claimed(sentence) === undefined) return 'asks-consent'
  return concept === 'says-conceal' && mild.test(sentence.text) ? 'not-shown' : concept
}

const mild =
  /\b(?:not|isn't|aren't) (?:be )?(?:shown|visible|displayed|revealed) to|\bhidden from (?:the |other )?users?\b|\bneed not be mentioned|\bas if nothing/

/** Its verbs that are orders: grammar costs more than all the rest. */
function orderSigns(sentence: Sentence): readonly Sign[] {
  const signs: Sign[] = []
  for (const mark of sentence.marks)
    if (acts.has(mark.concept) && !signs.includes(`${mark.concept}!`) && isOrder(sentence, mark))
      signs.push(`${mark.concept}!`)
  return signs.length === 0 ? signs : [...signs, 'order']
}

/** The table as numbers: the weight of two signs stands at the place of the one in the row of the other, its own at its own. */
interface Scale {
  readonly numbers: ReadonlyMap<Sign, number>
  readonly rows: readonly Float64Array[]
  readonly always: number
}

const made: { scale: Scale | undefined } = { scale: undefined }

const scale = (): Scale => (made.scale ??= scaleOf(weights))

function scaleOf(table: { readonly [sign: string]: string }): Scale {
  const entries = Object.entries(table).flatMap(([sign, list]) =>
    list.split(', ').map((entry) => {
      const [other = '', weight = '0'] = entry.split(' ')
      return [sign, other === 'alone' ? sign : other, Number(weight)] as const
    }),
  )
  const signs = [...new Set(entries.flatMap(([sign, other]) => [sign, other]))]
  const numbers = new Map(signs.map((sign, number) => [sign, number]))
  const rows = signs.map(() => new Float64Array(signs.length))
  for (const [sign, other, weight] of entries) {
    const [a, b] = [numbers.get(sign) ?? 0, numbers.get(other) ?? 0]
    rows[a]?.fill(weight, b, b + 1)
    rows[b]?.fill(weight, a, a + 1)
  }
  const always = numbers.get('always') ?? 0
  return { numbers, rows, always: rows[always]?.[always] ?? 0 }
}

/** How much more the signs of a sentence speak for an attack than for an honest text: a logarithm, 0 is even. */
function scoreOf(sentence: Sentence, place: Place): number {
  const { numbers, rows, always } = scale()
  const found: number[] = []
  let sum = always
  const gain = (number: number): number => {
    const row = rows[number]
    let more = row?.[number] ?? 0
    for (const other of found) more += row?.[other] ?? 0
    return more
  }
  const take = (signs: readonly Sign[]): void => {
    for (const sign of signs) {
      const number = numbers.get(sign)
      if (number === undefined) continue
      sum += gain(number)
      found.push(number)
    }
  }
  take(plainSigns(sentence, place))
  // Not even if every verb were an order.
  if (sum + hope(sentence, found) < WARNS) return sum
  take(orderSigns(sentence))
  return sum
}

/** What orders can add at most. */
function hope(sentence: Sentence, found: readonly number[]): number {
  const { numbers, rows } = scale()
  const orders = [...acts].filter((act) => sentence.has(act)).map((act) => numbers.get(`${act}!`))
  const all = [...orders, numbers.get('order')].filter((number) => number !== undefined)
  let sum = 0
  for (const number of all)
    for (const other of [number, ...found, ...all.filter((each) => each < number)])
      sum += Math.max(0, rows[number]?.[other] ?? 0)
  return sum
}
