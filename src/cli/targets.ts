// Servers as other programs' settings describe them, brought into the form of our targets. Pure: reads values, writes values.

import { isRecord, textOf, textsOf } from './values.ts'
import {
  configText,
  isLiteral,
  isSecretName,
  isSecretValue,
  type Place,
  readWords,
  Secrets,
  variableName,
  type Words,
} from './variables.ts'

export interface Target {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What is known while the entries of one file are read. */
export interface Reading {
  readonly secrets: Secrets
  /** `workspaceFolder` and the like. */
  readonly folders: Readonly<Record<string, string>>
  /** Variables that the settings only name: somebody must set them. */
  readonly named: Set<string>
  /** What could not be carried over. */
  readonly notes: string[]
}

/** The address of this very gateway: a client that was connected to it before must not make it its own upstream. */
const ourselves = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):3000\/mcp\/?$/

/** A name that a target can have: lower case, digits and dashes. */
export const targetNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'server'

/** One entry of `servers` or `mcpServers`; `undefined` when it is none of ours, with a note why. */
export function targetFrom(name: string, entry: Record<string, unknown>, reading: Reading): Target | undefined {
  const server = targetNameOf(name)
  if (entry['disabled'] === true || entry['enabled'] === false)
    return skipped(reading, name, 'it is switched off there')
  const url = textOf(entry['url']) || textOf(entry['serverUrl']) || textOf(entry['httpUrl'])
  if (typeof entry['command'] === 'string') return { name: server, body: { stdio: stdio(server, entry, reading) } }
  if (url === '') return skipped(reading, name, 'it has neither a command nor a url')
  if (ourselves.test(url)) return skipped(reading, name, 'it is this gateway')
  const kind = textOf(entry['type']) || textOf(entry['transport'])
  const isSse = kind === 'sse' || (kind === '' && /\/sse\/?(?:\?|$)/.test(url))
  const headers = isRecord(entry['headers']) ? Object.entries(entry['headers']) : []
  const set = Object.fromEntries(headers.map(([key, value]) => [key, header(server, key, String(value), reading)]))
  const policies = headers.length === 0 ? {} : { policies: { requestHeaderModifier: { set } } }
  return { name: server, body: { [isSse ? 'sse' : 'mcp']: { host: address(server, url, reading) }, ...policies } }
}

function skipped(reading: Reading, name: string, why: string): undefined {
  reading.notes.push(`${name} is left out: ${why}`)
  return undefined
}

function stdio(server: string, entry: Record<string, unknown>, reading: Reading): Record<string, unknown> {
  const words = textsOf(entry['args'])
  const args = words.map((_, index) => argument(server, words, index, reading))
  const env = isRecord(entry['env']) ? Object.entries(entry['env']).filter(([, value]) => value !== null) : []
  if (typeof entry['cwd'] === 'string') reading.notes.push(`${server}: its working directory is not carried over`)
  if (typeof entry['envFile'] === 'string') reading.notes.push(`${server}: set the variables of its envFile yourself`)
  return {
    cmd: use(readWords(textOf(entry['command']), reading.folders), reading),
    ...(args.length === 0 ? {} : { args }),
    ...(env.length === 0
      ? {}
      : { env: Object.fromEntries(env.map(([key, value]) => [key, variable(server, key, String(value), reading)])) }),
  }
}

/** A text in the form of the configuration; what it refers to is remembered. */
function use(words: Words, reading: Reading): string {
  for (const word of words)
    if (typeof word !== 'string' && !reading.secrets.values.has(word.name)) reading.named.add(word.name)
  return configText(words)
}

function variable(server: string, key: string, value: string, reading: Reading): string {
  const words = readWords(value, reading.folders)
  const secret = isLiteral(words) && value !== '' && (isSecretName(key) || isSecretValue(value))
  if (!secret) return use(words, reading)
  return configText([reading.secrets.keep(value, { server, where: `env ${key}`, name: key })])
}

function header(server: string, key: string, value: string, reading: Reading): string {
  const words = readWords(value, reading.folders)
  if (!isLiteral(words) || value === '') return use(words, reading)
  const [, scheme = '', rest = value] = /^((?:Bearer|Basic|Token)\s+)(.*)$/is.exec(value) ?? []
  if (scheme === '' && !isSecretName(key) && !isSecretValue(rest)) return use(words, reading)
  const short = /^authorization$/i.test(key) ? 'token' : key.replace(/^x-/i, '')
  const name = variableName(`${server}_${short}`)
  return configText([scheme, reading.secrets.keep(rest, { server, where: `header ${key}`, name })])
}

function argument(server: string, args: readonly string[], index: number, reading: Reading): string {
  const value = args[index] ?? ''
  const words = readWords(value, reading.folders)
  if (!isLiteral(words)) return use(words, reading)
  const place = (name: string): Place => ({
    server,
    where: `argument ${index + 1}`,
    name: variableName(`${server}_${name}`),
  })
  const [, flag = '', assigned = ''] = /^(--?[\w-]+=)(.+)$/s.exec(value) ?? []
  if (assigned !== '' && (isSecretName(flag.slice(0, -1)) || isSecretValue(assigned)))
    return configText([flag, reading.secrets.keep(assigned, place(flag))])
  const before = args[index - 1] ?? ''
  if (/^--?[\w-]+$/.test(before) && isSecretName(before) && !value.startsWith('-'))
    return configText([reading.secrets.keep(value, place(before))])
  if (isSecretValue(value))
    return configText([reading.secrets.keep(value, place(value.includes('://') ? 'url' : 'secret'))])
  return use(words, reading)
}

/** An address; a secret in its query becomes a variable, one with a password becomes a variable as a whole. */
function address(server: string, url: string, reading: Reading): string {
  const words = readWords(url, reading.folders)
  if (!isLiteral(words)) return use(words, reading)
  if (isSecretValue(url)) {
    const place = { server, where: 'url', name: variableName(`${server}_url`) }
    return configText([reading.secrets.keep(url, place)])
  }
  const pieces: (string | { name: string })[] = []
  let from = 0
  for (const found of url.matchAll(/(?<=[?&])([^=&]+=)([^&#]+)/g)) {
    const [all, key = '', value = ''] = found
    if (!isSecretName(key.slice(0, -1)) && !isSecretValue(value)) continue
    const place = { server, where: `url parameter ${key.slice(0, -1)}`, name: variableName(`${server}_${key}`) }
    pieces.push(url.slice(from, found.index + key.length), reading.secrets.keep(value, place))
    from = found.index + all.length
  }
  return configText([...pieces, url.slice(from)])
}

/** The `mcp_servers` of a LiteLLM configuration as entries like those of clients. */
export function liteLlmEntries(config: unknown, reading: Reading): [string, Record<string, unknown>][] {
  if (!isRecord(config)) return []
  for (const key of Object.keys(config))
    if (!['mcp_servers', 'mcp_aliases', 'litellm_settings', 'general_settings'].includes(key))
      reading.notes.push(`${key}: not translated, only MCP servers are`)
  const servers = isRecord(config['mcp_servers']) ? Object.entries(config['mcp_servers']) : []
  return servers.flatMap(([name, raw]) => (isRecord(raw) ? [[name, liteLlmEntry(name, raw, reading)]] : []))
}

/** `os.environ/NAME` is how LiteLLM names a variable. */
const fromLiteLlm = (value: unknown): string => String(value).replace(/^os\.environ\/(\w+)$/, '$${$1}')

function liteLlmEntry(name: string, raw: Record<string, unknown>, reading: Reading): Record<string, unknown> {
  const texts = (value: unknown): Record<string, string> =>
    Object.fromEntries(Object.entries(isRecord(value) ? value : {}).map(([key, each]) => [key, fromLiteLlm(each)]))
  const value = raw['auth_value'] ?? raw['authentication_token']
  const auth = value === undefined ? {} : authHeader(textOf(raw['auth_type']), fromLiteLlm(value))
  for (const key of ['allowed_tools', 'disallowed_tools', 'extra_headers', 'spec_path', 'access_groups', 'mcp_info'])
    if (raw[key] !== undefined) reading.notes.push(`${name}: ${key} is not carried over`)
  const env = texts(raw['env'])
  return {
    ...(typeof raw['command'] === 'string'
      ? { command: raw['command'], args: textsOf(raw['args']).map(fromLiteLlm) }
      : {}),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    url: fromLiteLlm(raw['url'] ?? ''),
    type: textOf(raw['transport']),
    headers: { ...texts(raw['static_headers']), ...auth },
  }
}

function authHeader(kind: string, value: string): Record<string, string> {
  if (kind === 'api_key') return { 'X-API-Key': value }
  if (kind === 'authorization') return { Authorization: value }
  if (kind === 'basic') return { Authorization: `Basic ${value}` }
  return { Authorization: `Bearer ${value}` }
}
