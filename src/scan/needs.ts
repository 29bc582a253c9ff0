// What a text must hold, or where it must stand, for a rule to find anything in it: whoever is not in this table is asked about all.
import type { Concept } from './concepts.ts'
import type { Place } from './rule.ts'

/**
 * A word or phrase of a concept; a word as the reader cuts them (`=when`; `=model*`: one that begins so), small and without accents; signs
 * as they stand there (`~://`). `~address`: signs without which no address is written.
 */
export type Clue = Concept | `=${string}` | `~${string}`

/** One clue of each group must be there: in a sentence for rules that read sentences, otherwise in the text. */
type Groups = readonly (readonly Clue[])[]

/** Each line is a promise: without these, the rule has no finding of any severity. A test holds it to all texts that we have. */
export interface Needs {
  readonly also?: Groups
  /** The same of answers, as long as nothing in them is hidden or had to be unwrapped. */
  readonly inAnswers?: Groups
  /** It reads only what nobody would see who looks at the page, or what had to be unwrapped. */
  readonly only?: 'hidden' | 'unwrapped'
  /** It finds nothing in printable ASCII with line feeds and tabs, nor in what `isHarmless` (units.ts). */
  readonly beyondAscii?: true
  /** Of a rule that reads definitions: it finds nothing in one without a member of such a name, wherever it stands. */
  readonly members?: readonly string[]
  /** Whether it has anything to say about what stands at a place. */
  at?(place: Place): boolean
}

const words = (list: string): readonly Clue[] => list.split(' ').map((word): Clue => `=${word}`)
const signs = (list: string): readonly Clue[] => list.split(' ').map((sign): Clue => `~${sign}`)

/** Without one of these no sentence is about a model. */
const models = words(
  'ai* llm* gpt* chatbot* assistant* model* agent* bot* claude* chatgpt* gemini* copilot* automated* autonomous* calling connected coding',
)

/** By the id of the rule. */
export const needs: { readonly [rule: string]: Needs } = {
  'UN-301': { beyondAscii: true },
  'UN-302': { beyondAscii: true },
  'UN-303': { beyondAscii: true },
  'UN-304': { beyondAscii: true },
  'UN-305': { beyondAscii: true },
  'UN-306': { beyondAscii: true },
  'UN-308': { only: 'hidden' },
  'DE-402': { only: 'unwrapped' },
  'DE-401': {
    also: [
      words(
        'decode decrypt unscramble deobfuscate obfuscate unpack reverse translate decoded decrypted encoded base64 rot13 hidden encrypted',
      ),
      words('do follow execute run obey comply act perform carry apply answer treat'),
    ],
  },
  'TP-110': {
    inAnswers: [
      ['says-conceal', 'quiet', 'not', 'assistant', ...words('user users')],
      [
        ...(['says-conceal', 'quiet', 'tell', 'answer', 'assistant'] as const),
        ...words('user users know learn notice find realise realize discover aware'),
      ],
    ],
  },
  // A group without a clue is never met: it is about definitions.
  'TP-121': { inAnswers: [[]] },
  'TP-130': {
    also: [['outside', 'says-exfil', '~address']],
    inAnswers: [
      ['send', 'put', 'says-exfil'],
      ['talk', 'secret', 'private', 'says-exfil'],
    ],
  },
  'TP-131': {
    inAnswers: [
      ['run', ...words('treat')],
      [
        '~address',
        ...words(
          'treat what whatever anything everything all instruction instructions command commands order orders directive directives direction directions steps request requests task tasks page site website document file response text result message content output email mail pages sites websites documents files responses texts results messages contents outputs emails mails',
        ),
      ],
    ],
  },
  'TP-140': {
    inAnswers: [
      ['talk', 'rules', 'inner'],
      ['put', 'send', 'answer', 'tell', 'read', 'write'],
    ],
  },
  'TP-160': {
    also: [
      [
        'ask',
        'says-consent',
        ...words(
          'need necessary unnecessary needless behalf name place lieu approve confirm accept sign agree consent authorise authorize answer click acknowledge grant vote silence reply response missing lack absence',
        ),
      ],
    ],
  },
  'TP-180': {
    also: [
      [
        ...words(
          'dev bash nca ncat netca netcat mkfifo rm mkfs dd chmod del rd format base64 powershell* cat less head tail netsh reg security cmdkey tar env printenv type curl schtasks certutil mshta wget iwr irm invoke fetch sh zsh eval iex pip pipx npm crontab',
        ),
        ...signs(':() >>'),
      ],
    ],
    inAnswers: [
      words(
        'run runs execute executes append prepend prefix add insert include paste fill type enter invoke start launch perform issue install use apply set call',
      ),
    ],
  },
  'TP-185': { also: [signs('```'), signs('://')] },
  'TP-190': {
    also: [
      [
        ...signs('<'),
        ...words(
          'system developer admin administrator root emergency maintenance hidden secret operator security anthropic openai priority ai* llm* assistant* model* agent* user human query role inst arguments args parameters input',
        ),
      ],
      [...signs('< [ { ( 【 : ## == --- **'), ...words('begin start end')],
    ],
  },
  'TP-191': {
    also: [
      [...models, ...words('reading only when you before'), 'delete'],
      [...models, ...words('reading only when question'), 'user', 'private'],
    ],
  },
  'TP-192': {
    at: ({ piece: { isKey, at } }) =>
      !isKey && typeof at.key === 'string' && /instruct|direct|prompt|note|messag|command|guid|action/i.test(at.key),
  },
  'TP-195': { inAnswers: [['free', 'says-role', 'authority']] },
  'TP-210': {
    inAnswers: [
      [
        'regardless',
        'money',
        ...words(
          'instead rather other contrary whoever whatever whichever against what while see sees label even place',
        ),
      ],
      [
        ...(['put', 'send', 'call', 'prefer', 'write'] as const),
        ...words(
          'substitute swap replace change changed changes alter altered alters rewrite modify modifies redirect override switch fixed multiply multiplied set',
        ),
      ],
      ['assistant', 'you'],
    ],
  },
  'TP-212': {
    inAnswers: [['assistant', 'you'], words('your every each all any end whatever code when whenever')],
  },
  'TP-230': {
    also: [words('forever indefinitely endless endlessly infinite infinitely without never ad until over times keep')],
  },
  'TP-250': { inAnswers: [words('ask prompt request tell get have instruct require urge convince')] },
  'UR-101': { members: ['icons'] },
  'UR-301': { also: [signs('://')] },
}
