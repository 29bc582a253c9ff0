// Hints that say less than the tool does: a client that trusts them runs it without asking.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import type { Severity } from '../finding.ts'
import { wordsOf } from '../names.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject } from '../schemas.ts'

const destroys = new Set([
  'delete',
  'drop',
  'remove',
  'destroy',
  'purge',
  'wipe',
  'truncate',
  'terminate',
  'erase',
  'uninstall',
  'revoke',
  'overwrite',
  'kill',
  'shred',
  'deprovision',
])
const acts = new Set([
  'send',
  'write',
  'transfer',
  'pay',
  'deploy',
  'publish',
  'merge',
  'push',
  'execute',
  'exec',
  'install',
  'upload',
  'post',
  'refund',
  'cancel',
  'grant',
  'rename',
  'move',
])
/** Whoever looks at what was or could be deleted deletes nothing. */
const looks = new Set(
  'get list read find search show view check count describe preview validate can is should dry plan explain estimate help simulate test fetch query generate watch audit'.split(
    ' ',
  ),
)
const described =
  /^\W{0,4}(?:this tool |use this (?:tool )?to )?(?:permanently |irreversibly |immediately )?(?:delet|drop|eras|wip|destroy|purg|truncat)(?:e|es|s|ing|ping)?\b/i

export const annotations = rule({
  id: 'AN-101',
  class: 'annotation',
  looksAt: 'definition',
  severity: 'medium',
  message: 'the tool says that it only reads, or destroys nothing, and its name or description says otherwise',
  advice: 'grant nothing on the word of a hint: let a rule of your own decide about this tool',
  kinds: ['tool', 'server'],
  find(definition, kind) {
    if (kind === 'tool') return ofTool(definition, '')
    const tools: unknown = definition['tools']
    if (!Array.isArray(tools)) return []
    return tools.flatMap((tool: unknown, i) => (isObject(tool) ? ofTool(tool, `/tools/${i}`) : []))
  },
})

function ofTool(tool: JsonObject, path: string): readonly PlacedHit[] {
  const { name, description, annotations: hints } = tool
  if (!isObject(hints) || typeof name !== 'string') return []
  const words = wordsOf(name)
  const isDestroying =
    wordThatActs(words, destroys) || (typeof description === 'string' && described.test(description.slice(0, 200)))
  const found: PlacedHit[] = []
  const add = (hint: string, severity: Severity): void => {
    const evidence = evidenceOf(`${name}: ${hint} = ${String(hints[hint])}`, 0, 160)
    found.push({ path: `${path}/annotations/${hint}`, start: 0, end: 0, evidence, severity })
  }
  if (hints['readOnlyHint'] === true && isDestroying) add('readOnlyHint', 'medium')
  else if (hints['readOnlyHint'] === true && wordThatActs(words, acts)) add('readOnlyHint', 'low')
  else if (hints['destructiveHint'] === false && isDestroying) add('destructiveHint', 'low')
  for (const title of [hints['title'], tool['title']])
    if (typeof title === 'string' && wordThatActs(words, destroys) && pretends(title)) {
      const at = title === tool['title'] ? '/title' : '/annotations/title'
      found.push({ path: `${path}${at}`, start: 0, end: title.length, evidence: evidenceOf(title, 0, title.length) })
    }
  return found
}

/** A verb of the name that is what the tool does: the first, unless the first only looks. */
function wordThatActs(words: readonly string[], verbs: ReadonlySet<string>): boolean {
  const [first = ''] = words
  return (
    !words.some((word) => looks.has(word)) && (verbs.has(first) || words.slice(1, 3).some((word) => verbs.has(word)))
  )
}

/** A title that speaks of reading only. */
function pretends(title: string): boolean {
  const words = wordsOf(title)
  return words.some((word) => looks.has(word)) && !words.some((word) => destroys.has(word))
}
