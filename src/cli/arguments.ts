// Reads a command line against the flags of its command: what is unknown, incomplete or contradictory is said, with a suggestion.
import { parseArgs } from 'node:util'
import { nearestWord } from '../config/suggest.ts'
import { type Arguments, type Command, CommandError, exit, type Flag } from './command.ts'

/** Flags that every command understands. */
export const commonFlags: readonly Flag[] = [
  { name: 'no-color', summary: 'no colours (also: NO_COLOR=1)' },
  { name: 'help', short: 'h', summary: 'this text' },
]

interface Token {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

/**
 * Reads `argv`, the words after the command's name.
 * @throws CommandError with exit code 2
 */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const flags = [...command.flags, ...commonFlags]
  const options: Record<string, { type: 'string' | 'boolean'; short?: string; multiple: true }> = {}
  for (const { name, short, value } of flags) {
    options[name] = {
      type: value === undefined ? 'boolean' : 'string',
      multiple: true,
      ...(short === undefined ? {} : { short }),
    }
  }
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const flag = flags.find(({ name }) => name === token.name)
    if (flag === undefined) throw unknownFlag(command, flags, token.rawName)
    const value = checked(command, flag, token)
    const before = given.get(flag.name) ?? []
    if (before.length > 0 && flag.value !== undefined && flag.repeatable !== true)
      throw usageError(command, `${token.rawName} is given twice`)
    given.set(flag.name, [...before, value])
  }
  return {
    words: positionals,
    has: (flag) => given.has(flag),
    value: (flag) => given.get(flag)?.[0],
    values: (flag) => given.get(flag) ?? [],
  }
}

function checked(command: Command, flag: Flag, token: Token): string {
  const { value, rawName } = token
  if (flag.value === undefined) {
    if (value !== undefined) throw usageError(command, `${rawName} is a switch and takes no value`)
    return ''
  }
  // What looks like the next flag is not a value: `--file --validate-only` forgot one.
  if (value === undefined || /^--[a-z]/.test(value))
    throw usageError(command, `${rawName} needs a value: ${flag.value}`)
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    const near = nearestWord(value, flag.choices)
    throw new CommandError(exit.usage, `${rawName} is one of ${flag.choices.join(', ')}; not \`${value}\``, {
      hint: `${rawName} ${near ?? flag.choices[0] ?? ''}`,
    })
  }
  return value
}

function unknownFlag(command: Command, flags: readonly Flag[], written: string): CommandError {
  const near = nearestWord(
    written.replace(/^-+/, ''),
    flags.filter(({ hidden }) => hidden !== true).map(({ name }) => name),
  )
  const whose = command.name === 'run' ? 'toolgate' : `toolgate ${command.name}`
  const meant = near === undefined ? '' : `: did you mean \`--${near}\`?`
  return new CommandError(exit.usage, `${whose} has no flag \`${written}\`${meant}`, { hint: `${whose} --help` })
}

/** Wrong usage of a command; `try:` points at its help. */
export function usageError(command: Pick<Command, 'name'>, message: string): CommandError {
  const whose = command.name === 'run' ? 'toolgate' : `toolgate ${command.name}`
  return new CommandError(exit.usage, message, { hint: `${whose} --help` })
}

/**
 * Pairs of `--connect-to HOST:PORT=HOST:PORT`.
 * @throws CommandError with exit code 2
 */
export function connectTo(pairs: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const pair of pairs) {
    const [from, to, ...more] = pair.split('=')
    if (!isAddress(from) || !isAddress(to) || more.length > 0)
      throw new CommandError(exit.usage, `--connect-to ${pair}: write it as HOST:PORT=HOST:PORT`, {
        hint: '--connect-to mcp.example.com:443=127.0.0.1:8443',
      })
    map.set(from.toLowerCase(), to)
  }
  return map
}

function isAddress(text: string | undefined): text is string {
  const port = /^(?:\[[0-9a-f:.]+\]|[^\s:[\]]+):(\d{1,5})$/i.exec(text ?? '')?.[1]
  return port !== undefined && Number(port) > 0 && Number(port) <= 65_535
}
