// Which rules look at a kind of place, and what a text must hold for each of them; made when the first such text comes.
import { always, type Checks, Clues, type Groups, holds } from './clues.ts'
import { languages } from './lexicon/index.ts'
import { Lexicon } from './lexicon.ts'
import { type Needs, needs } from './needs.ts'
import { type Mask, maskOf } from './reading.ts'
import type { DefinitionRule, Place, RawRule, Rule, SentenceRule, ServersRule, TextRule } from './rule.ts'
import { Skim } from './skim.ts'
import type { Kind, Surface } from './surface.ts'

/** A rule and what of a skim it needs to be asked: its bit, or groups. */
export interface Clerk<R> {
  readonly rule: R
  readonly needs: Needs
  /** Of texts that lie open; where something is hidden or was unwrapped, of any. */
  readonly open: Groups
  readonly any: Groups
  /** Of sentence rules. */
  readonly mask: Mask
  readonly bit: number
}

/** The rules that look at one kind of place. */
export interface Desk {
  readonly sentence: readonly Clerk<SentenceRule>[]
  /** Of all sentence rules together: most sentences hold nothing that any rule looks for. */
  readonly mask: Mask
  readonly open: Checks
  readonly any: Checks
  readonly text: readonly Clerk<TextRule>[]
  readonly raw: readonly RawRule[]
  /** Those of them that find something in printable ASCII. */
  readonly plain: readonly RawRule[]
  /** What they find is masked, not argued about. */
  readonly leaks: readonly RawRule[]
}

/** All rules and words, compiled. */
export class Engine {
  readonly lexicon = new Lexicon(languages)
  readonly clues: Clues
  readonly skim: Skim
  /** Another one, for strings inside a text that the first has loaded. */
  readonly inner: Skim
  readonly definition: readonly DefinitionRule[]
  readonly servers: readonly ServersRule[]
  readonly #rules: readonly Rule[]
  #telling: Telling | undefined
  readonly #desks = new Map<Kind, Map<Surface, Desk>>()

  constructor(rules: readonly Rule[]) {
    this.#rules = rules
    this.clues = new Clues(this.lexicon, rules)
    this.skim = new Skim(this.clues)
    this.inner = new Skim(this.clues)
    this.definition = rules.filter((rule) => rule.looksAt === 'definition')
    this.servers = rules.filter((rule) => rule.looksAt === 'servers')
  }

  desk(kind: Kind, surface: Surface): Desk {
    let ofKind = this.#desks.get(kind)
    if (ofKind === undefined) this.#desks.set(kind, (ofKind = new Map()))
    const known = ofKind.get(surface)
    if (known !== undefined) return known
    const made = this.#made(kind, surface)
    ofKind.set(surface, made)
    return made
  }

  /** Names of members without which no rule that reads definitions finds anything in an answer; `undefined`: some rule may. */
  get telling(): ReadonlySet<string> | undefined {
    return (this.#telling ??= tellingIn(this.definition)).names
  }

  #made(kind: Kind, surface: Surface): Desk {
    const rules = this.#rules.filter(
      (rule) => rule.kinds?.includes(kind) !== false && rule.surfaces?.includes(surface) !== false,
    )
    const isAnswer = kind === 'result' && (surface === 'content' || surface === 'field')
    const sentenceRules = rules.filter((rule) => rule.looksAt === 'sentence')
    const all = rules.filter((rule) => rule.looksAt === 'raw')
    const raw = all.filter((rule) => !isLeak(rule))
    const sentence = sentenceRules.map((rule, index): Clerk<SentenceRule> => this.#clerk(rule, isAnswer, index))
    return {
      sentence,
      mask: maskOf(sentenceRules.flatMap((rule) => rule.needs)),
      open: checksOf(
        sentence.filter(({ needs }) => needs.only === undefined),
        'open',
      ),
      any: checksOf(sentence, 'any'),
      text: rules
        .filter((rule) => rule.looksAt === 'text')
        .map((rule): Clerk<TextRule> => this.#clerk(rule, isAnswer, 0)),
      raw,
      leaks: all.filter(isLeak),
      plain: raw.filter(({ id }) => needs[id]?.beyondAscii !== true),
    }
  }

  #clerk<R extends SentenceRule | TextRule>(rule: R, isAnswer: boolean, index: number): Clerk<R> {
    const any = always(rule)
    const own = needs[rule.id] ?? {}
    return {
      rule,
      needs: own,
      any: this.clues.groups(any),
      open: this.clues.groups([...any, ...(isAnswer ? (own.inAnswers ?? []) : [])]),
      mask: maskOf(rule.looksAt === 'sentence' ? rule.needs : []),
      // More rules than bits: the last share one, and are asked together.
      bit: 1 << Math.min(index, 31),
    }
  }
}

/** What is to be asked of a text. */
export interface Asked {
  /** Bits of the sentence rules. */
  readonly fired: number
  readonly texts: readonly TextRule[]
}

/** The rules that a text has something for, by its skim; `undefined`: none. */
export function asked(desk: Desk, skim: Skim, place: Place, which: 'open' | 'any' = 'open'): Asked | undefined {
  const { fired, low, high } = skim
  let texts: TextRule[] | undefined
  for (const clerk of desk.text)
    if (holds(clerk[which], low, high) && clerk.needs.at?.(place) !== false) {
      texts ??= []
      texts.push(clerk.rule)
    }
  return fired === 0 && texts === undefined ? undefined : { fired, texts: texts ?? [] }
}

/** All rules of a desk. */
export const everything = ({ text }: Desk, place: Place): Asked => ({
  fired: -1,
  texts: text.filter(({ needs }) => needs.at?.(place) !== false).map(({ rule }) => rule),
})

interface Telling {
  readonly names: ReadonlySet<string> | undefined
}

function tellingIn(rules: readonly DefinitionRule[]): Telling {
  const mine = rules.filter(({ kinds }) => kinds?.includes('result') !== false)
  if (mine.some(({ id }) => needs[id]?.members === undefined)) return { names: undefined }
  return { names: new Set(mine.flatMap(({ id }) => needs[id]?.members ?? [])) }
}

const isLeak = (rule: Rule): boolean => rule.class === 'secret' || rule.class === 'personal-data'

const checksOf = (clerks: readonly Clerk<SentenceRule>[], which: 'open' | 'any'): Checks =>
  Int32Array.from(clerks.flatMap((clerk) => [clerk[which].low, clerk[which].high, clerk.bit]))
