// Operational log: what the gateway itself has to say. Not the access log.
import { plain, quoted, timestamps } from './line.ts'

export const levels = ['error', 'warn', 'info', 'debug'] as const
export type Level = (typeof levels)[number]
export type Fields = { readonly [name: string]: string | number | boolean | undefined }

/** Writes one line per call; `fields` follow the message as `name=value`. */
export interface Log {
  error(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  debug(message: string, fields?: Fields): void
}

/** Says nothing: for tests and for commands whose output is data. */
export const silent: Log = { error() {}, warn() {}, info() {}, debug() {} }

export interface LogOptions {
  readonly format: 'text' | 'json'
  readonly level: Level
  /** Takes one whole line, with its line feed: a sink's `write`. */
  readonly write: (line: string) => void
  /** Who speaks; the access log's scope is `request`. */
  readonly scope?: string
}

/** A log whose level can be turned while it runs. */
export interface TunableLog extends Log {
  level: Level
}

/** A log that writes lines like the access log's: `time<TAB>level<TAB>scope message k=v`, or JSON (reference §8.2). */
export function createLog({ format, level, write, scope = 'gateway' }: LogOptions): TunableLog {
  const now = timestamps()
  const line = format === 'json' ? jsonLine : textLine
  const say = (at: Level, message: string, fields: Fields | undefined): void => {
    if (levels.indexOf(at) <= levels.indexOf(log.level)) write(line(`${now()}`, at, `${scope}`, { message, fields }))
  }
  const log: TunableLog = {
    level,
    error: (message, fields) => say('error', message, fields),
    warn: (message, fields) => say('warn', message, fields),
    info: (message, fields) => say('info', message, fields),
    debug: (message, fields) => say('debug', message, fields),
  }
  return log
}

interface Event {
  readonly message: string
  readonly fields: Fields | undefined
}

function textLine(time: string, level: Level, scope: string, { message, fields }: Event): string {
  // The message stays readable prose: quotes around it would only be noise, so only its escapes are kept.
  let out = `${time}\t${level}\t${scope} ${quoted(message).slice(1, -1).replaceAll('\\"', '"')}`
  for (const [name, value] of Object.entries(fields ?? {}))
    if (value !== undefined) out += ` ${name}=${typeof value === 'string' ? plain(value) : value}`
  return `${out}\n`
}

function jsonLine(time: string, level: Level, scope: string, { message, fields }: Event): string {
  let out = `{"level":"${level}","time":"${time}","scope":${quoted(scope)},"message":${quoted(message)}`
  for (const [name, value] of Object.entries(fields ?? {}))
    if (value !== undefined) out += `,${quoted(name)}:${typeof value === 'string' ? quoted(value) : jsonNumber(value)}`
  return `${out}}\n`
}

const jsonNumber = (value: number | boolean): string =>
  typeof value === 'number' && !Number.isFinite(value) ? 'null' : String(value)
