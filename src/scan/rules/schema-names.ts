// Names of parameters that ask for what nobody would hand over if asked in words: a model fills in what a name describes.
import { evidenceOf } from '../evidence.ts'
import type { Severity } from '../finding.ts'
import { holdsAny, wordsOf } from '../names.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject, type SchemaNode, schemasOf, step } from '../schemas.ts'

/** Files that hold keys, as words of a name. */
const files = [
  'id rsa',
  'id ed25519',
  'id ecdsa',
  'id dsa',
  'ssh id',
  'ssh private key',
  'dot ssh',
  'dot env',
  'env file',
  'dotenv',
  'aws credentials',
  'credentials file',
  'gcloud credentials',
  'application default credentials',
  'etc passwd',
  'etc shadow',
  'passwd file',
  'shadow file',
  'netrc',
  'npmrc',
  'pypirc',
  'git credentials',
  'kube config',
  'kubeconfig',
  'docker config',
  'bash history',
  'shell history',
  'browser cookies',
  'cookie jar',
  'keychain',
  'login data',
  'seed phrase',
  'mnemonic phrase',
  'private keys',
  'mcp json',
  'environment variables',
  'ssh key',
  'ssh keys',
  'rsa key',
  'private key',
  'api keys',
  'api key',
  'secret key',
  'access key',
  'env var',
  'password',
  'credentials',
  'secrets',
  'passwords',
  'tokens',
  'env vars',
  'proc self environ',
]
/** What asks for the inside of a file, not for its path. */
const insides = [
  'content',
  'contents',
  'text',
  'reading',
  'read',
  'dump',
  'data',
  'body',
  'value',
  'values',
  'output',
  'paste',
]
const links = ['of', 'from', 'in', 'inside', 'reading', 'read']

/** What only the host of a conversation knows. */
const talk = [
  'system prompt',
  'system message',
  'system instructions',
  'developer message',
  'conversation history',
  'conversation so far',
  'full conversation',
  'entire conversation',
  'chat history',
  'chat log',
  'message history',
  'user messages',
  'user said',
  'user wrote',
  'user typed',
  'dialog history',
  'dialogue history',
  'user prompt history',
  'original instructions',
  'initial instructions',
  'developer message',
  'hidden instructions',
  'session transcript',
  'chat transcript',
  'previous messages',
  'prior messages',
  'all messages',
  'full context',
  'entire context',
  'context window',
  'chain of thought',
  'internal reasoning',
  'hidden reasoning',
  'tools list',
  'tool list',
  'list of tools',
  'available tools',
  'all tools',
  'tool definitions',
  'other tools',
  'previous tool results',
  'tool results',
  'user memory',
  'user memories',
]
/** What all of these have in them: most names are done after one look. */
const ofFiles =
  /ssh|rsa|dsa|ed25519|env|aws|cred|passwd|shadow|netrc|npmrc|pypirc|kube|docker|history|cookie|keychain|login|phrase|keys?|mcp|environ|secrets|passwords|tokens/i
const ofTalk = /prompt|message|instruct|conversation|history|chat|context|thought|reasoning|tool|memor/i
/** Tools that speak with models take such parameters for what they are. */
const models =
  /\b(?:prompts?|llms?|models?|agents?|chats?|assistants?|conversations?|completions?|gpt|claude|gemini|bots?|personas?|messages?|reason\w*|think\w*|thought)\b/i

export const schemaNames = rule({
  id: 'SC-512',
  class: 'exfiltration',
  looksAt: 'definition',
  severity: 'high',
  message: 'the name of a parameter asks for the content of a file with keys',
  advice: 'no tool needs it: keep the tool out',
  kinds: ['tool', 'server', 'request', 'prompt'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const node of schemasOf(definition, kind))
      for (const [name, path] of namesOf(node))
        if (ofFiles.test(name) && asksForKeys(wordsOf(name))) found.push(hit(name, path, 'high'))
    return found
  },
})

export const schemaTalk = rule({
  id: 'SC-519',
  class: 'context-harvest',
  looksAt: 'definition',
  severity: 'medium',
  message: 'a parameter asks for the conversation, or for what the model was told: the tool has no use for it',
  advice: 'ask the author what it is for; take the parameter out of the schema if the tool works without it',
  kinds: ['tool', 'server'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const node of schemasOf(definition, kind)) {
      const asked = namesOf(node).filter(([name]) => ofTalk.test(name) && holdsAny(wordsOf(name), talk))
      if (asked.length === 0) continue
      const isAbout = models.test(purposeOf(definition, node.path))
      // One such name can be chance or a model's own tool; a set of them is a collection.
      const severity = asked.length > 1 ? (isAbout ? 'low' : 'high') : isAbout ? undefined : 'medium'
      if (severity !== undefined && node.isInput)
        for (const [name, path] of asked) found.push(hit(name, path, severity))
    }
    return found
  },
})

function hit(name: string, path: string, severity: Severity): PlacedHit {
  return { path, start: 0, end: name.length, evidence: evidenceOf(name, 0, name.length), severity }
}

/** Names of properties, and those that are only required: a model sends them too. */
function namesOf({ schema, path }: SchemaNode): readonly (readonly [name: string, path: string])[] {
  const { properties, required } = schema
  const known = isObject(properties) ? Object.keys(properties) : []
  const found = known.map((name) => [name, `${path}/properties${step(name)}`] as const)
  if (!Array.isArray(required)) return found
  const more = required.flatMap((name: unknown, i) =>
    typeof name === 'string' && !known.includes(name) ? [[name, `${path}/required/${i}`] as const] : [],
  )
  return [...found, ...more]
}

/** A file with keys, and its inside; a name of one word says nothing. */
const asksForKeys = (words: readonly string[]): boolean =>
  words.length >= 3 &&
  holdsAny(words, files) &&
  holdsAny(words, insides) &&
  (holdsAny(words, links) || words.includes('file') || words.includes('full'))

function purposeOf(definition: { readonly [key: string]: unknown }, path: string): string {
  const index = /^\/tools\/(\d+)\//.exec(path)?.[1]
  const tools: unknown = definition['tools']
  const tool: unknown = index !== undefined && Array.isArray(tools) ? tools[Number(index)] : definition
  if (!isObject(tool)) return ''
  return [tool['name'], tool['title'], tool['description']]
    .map((text) => (typeof text === 'string' ? text.replaceAll('_', ' ') : ''))
    .join(' ')
}
