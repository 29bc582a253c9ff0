// What a command is, what it may touch of the process, and how it ends. Types and small words only; the table is index.ts.
import type { Readable } from 'node:stream'

/** A stream that text is written to: `process.stdout`, or a list of strings in a test. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What a command may touch of the process. Nothing in this room reads `process.stdin`, `process.env` or `process.cwd()` itself. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** Data, and nothing else. */
  readonly stdout: Output
  /** Everything that is said beside the data. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly platform: NodeJS.Platform
  /** Aborted by Ctrl-C and SIGTERM: the command stops what it does and returns. */
  readonly signal: AbortSignal
  /** Calls the listener at each SIGHUP from now on. */
  readonly onHangup?: (listener: () => void) => void
}

/** Exit codes of every command. */
export const exit = {
  fine: 0,
  /** The answer is no: invalid, denied, failed. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The question could not be asked: unreachable, unreadable. */
  unasked: 3,
  interrupted: 130,
} as const

/** Where a configuration comes from. `file` may be `-`: standard input. Both `undefined`: nothing was said. */
export interface ConfigSource {
  readonly file: string | undefined
  readonly text: string | undefined
}

/** What `toolgate [run]` was asked to do. */
export interface RunOptions extends ConfigSource {
  /** Load everything, say `Configuration is valid!`, and end. */
  readonly validateOnly: boolean
  /** `host:port` → `host:port`: outbound connections that go elsewhere than the configuration says. */
  readonly connectTo: ReadonlyMap<string, string>
}

/** What `toolgate validate` was asked to do. */
export interface ValidateOptions extends ConfigSource {
  readonly format: 'text' | 'json'
  /** Print what became of every key, not only the sum. */
  readonly ledger: boolean
  /** Read the OpenAPI documents that it names, at addresses too, and say what became of them. */
  readonly openapi?: boolean
}

/** One flag. Without `value` it is a switch. */
export interface Flag {
  readonly name: string
  readonly short?: string
  /** What stands for its value in help: `URL`. */
  readonly value?: string
  readonly summary: string
  readonly repeatable?: true
  /** The only values it takes. */
  readonly choices?: readonly string[]
  /** Understood, but not shown in help. */
  readonly hidden?: true
}

/** The command line of one command, after its flags were checked against the table. */
export interface Arguments {
  /** What is no flag: subcommand first, when there is one. */
  readonly words: readonly string[]
  has(flag: string): boolean
  value(flag: string): string | undefined
  values(flag: string): readonly string[]
}

/** Does the command and says how it went: an exit code. */
type Body = (args: Arguments, io: Io) => Promise<number>

/** A line of the table. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What stands behind the name in help: `list|call [--url URL]`. */
  readonly usage: string
  /** First words the command takes, for help, completion and suggestions. */
  readonly words?: readonly string[]
  readonly flags: readonly Flag[]
  /** Shown first in help: command lines that work as they are. */
  readonly examples: readonly { readonly line: string; readonly does: string }[]
  /** Imports the command when it is wanted: `--version` and `--help` must not load what they do not need. */
  load(): Promise<Body>
}

/** Something the user has to correct: what, where, and what to try. The dispatcher prints it and ends with `exitCode`. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number
  readonly where: string | undefined
  readonly hint: string | undefined

  constructor(exitCode: number, message: string, more: { where?: string; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.exitCode = exitCode
    this.where = more.where
    this.hint = more.hint
  }
}
