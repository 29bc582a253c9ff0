// What a tool touches: text of strangers, private things, the outside. A guess from its words and schema, for whoever labels nothing.
import type { JsonObject } from '../core/item.ts'
import { wordsOf } from './names.ts'
import { isObject } from './schemas.ts'

/**
 * The three legs of a toxic flow (reference/security.md C7), and two things that make each worse. `untrusted-input`: it answers
 * with text that strangers wrote. `private-data`: it answers with what only its user may see. `external-send`: what it is given
 * leaves the house.
 */
export type Label = 'untrusted-input' | 'private-data' | 'external-send' | 'destructive' | 'code-exec'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const reads = set(
  'read reads get gets list lists fetch fetches search searches find finds show query queries download downloads view lookup retrieve retrieves load browse browses crawl scrape scrapes export open recall sql select describe access accesses summarize summarise extract extracts run execute',
)
/** What only a verb can be … */
const sends = set(
  'send sends post posts reply replies publish publishes tweet upload uploads share shares forward forwards notify notifies broadcast submit submits dispatch invite announce respond',
)
/** … and what is one at the beginning. */
const starts = set('email mail message comment dm push call create update add')
/** … and at the beginning of a sentence. */
const speaks = set(
  'call calls email emails mail mails message messages comment comments text texts sync syncs mirror mirrors',
)
const strangers = set(
  'web website websites page pages url urls internet browser site html issue issues ticket tickets comment comments review reviews email emails mail mails inbox message messages post posts feed rss forum tweet tweets reddit discussion discussions pull feedback form submission submissions chat channel channels article articles news repository readme attachment attachments support',
)
const privates = set(
  'email emails mail mails inbox mailbox message messages dm file files folder document documents drive calendar calendars event contact contacts database databases sql table tables crm customer customers employee employees account accounts bank balance transaction transactions invoice invoices payroll salary secret secrets password passwords credential credentials vault memory memories note notes health medical patient patients private internal personal screenshot clipboard history keychain wallet order orders lead leads',
)
/** Where something goes that leaves the house. */
const outsides = set(
  'email emails mail message messages channel channels webhook webhooks url slack discord telegram whatsapp sms tweet twitter post issue issues comment comments pull ticket tickets customer customers public social gist pastebin http external recipient recipients friend invite newsletter subscribers page s3 bucket cloud drive remote ftp api collaborators',
)
const destroying = set('delete drop remove destroy purge wipe truncate erase uninstall revoke terminate kill overwrite')
const shells = set('shell bash terminal powershell repl interpreter eval')
const runs = set('execute exec run evaluate')
const programs = set('command commands code script scripts python javascript js shell process')
const receivers = set('to recipient recipients cc bcc channel webhook url endpoint destination email phone chat_id')
const bodies = set('body text message content html data payload subject comment caption')

/** Labels of one definition: pure, and only from what the server says, so it can be wrong: configuration overrules it. */
export function labelsOf(tool: JsonObject): ReadonlySet<Label> {
  const found = new Set<Label>()
  const name = wordsOf(typeof tool['name'] === 'string' ? tool['name'] : '')
  const [sentence = ''] = (typeof tool['description'] === 'string' ? tool['description'].slice(0, 600) : '').split(
    /\n\n/,
    1,
  )
  const said = wordsOf(sentence)
  const words = [...name, ...said]
  const parameters = parametersOf(tool)
  const has = (wanted: ReadonlySet<string>): boolean => words.some((word) => wanted.has(word))
  const { openWorldHint, readOnlyHint, destructiveHint } = hintsOf(tool)
  const isReading = name.some((word) => reads.has(word)) || said.slice(0, 3).some((word) => reads.has(word))
  const isSending = doesSend(name, said)
  if (isReading && (has(strangers) || openWorldHint === true)) found.add('untrusted-input')
  if (isReading && has(privates)) found.add('private-data')
  const hasForm = parameters.some((each) => receivers.has(each)) && parameters.some((each) => bodies.has(each))
  if (readOnlyHint !== true && ((isSending && has(outsides)) || (hasForm && !isReading))) found.add('external-send')
  if (name.some((word) => destroying.has(word)) || destructiveHint === true) found.add('destructive')
  if (doesRun(name)) found.add('code-exec')
  // Whoever runs commands can do all of it.
  if (found.has('code-exec')) for (const label of ['private-data', 'external-send'] as const) found.add(label)
  return found
}

const doesRun = (name: readonly string[]): boolean =>
  name.some((word) => shells.has(word)) ||
  (name.some((word) => runs.has(word)) && name.some((word) => programs.has(word)))

function doesSend(name: readonly string[], sentence: readonly string[]): boolean {
  const [first = ''] = name
  const [begin = ''] = sentence
  if (reads.has(first)) return false
  return starts.has(first) || sends.has(begin) || speaks.has(begin) || name.some((word) => sends.has(word))
}

interface Hints {
  readonly openWorldHint: unknown
  readonly readOnlyHint: unknown
  readonly destructiveHint: unknown
}

/** Hints that make a tool worse are believed; the one that it only reads, as far as it says that nothing is sent. */
function hintsOf(tool: JsonObject): Hints {
  const hints = isObject(tool['annotations']) ? tool['annotations'] : {}
  const { openWorldHint, readOnlyHint, destructiveHint } = hints
  return { openWorldHint, readOnlyHint, destructiveHint }
}

function parametersOf(tool: JsonObject): readonly string[] {
  const schema: unknown = tool['inputSchema']
  const properties: unknown = isObject(schema) ? schema['properties'] : undefined
  return isObject(properties) ? Object.keys(properties).map((key) => key.toLowerCase()) : []
}
