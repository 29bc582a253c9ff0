// Operational log: what the gateway itself has to say. Not the access log.

export type Level = 'error' | 'warn' | 'info' | 'debug'
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
