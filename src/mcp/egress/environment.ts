// What a child process gets to know of the gateway's environment, and where its command is.
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

type Environment = { readonly [name: string]: string | undefined }

// Enough to find programs, files and the user's language; everything else may be a secret (security F9).
const harmless = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'TERM',
  'TMPDIR',
  'TZ',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SYSTEMROOT',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
  'TEMP',
]

/**
 * Environment of a child. `clear` absent: harmless variables only; `true`: none; `false`, said explicitly: all, as the original does
 * by default (reference: agentgateway §3.1). `extra` comes on top.
 */
export function childEnvironment(
  own: Environment,
  extra: Environment,
  clear: boolean | undefined,
): { [name: string]: string } {
  const env: { [name: string]: string } = {}
  const names = clear === true ? [] : clear === false ? Object.keys(own) : harmless
  for (const name of names) {
    const value = own[name]
    // Exported shell functions are code that a shell below would run.
    if (value !== undefined && (clear === false || !value.startsWith('()'))) env[name] = value
  }
  for (const [name, value] of Object.entries(extra)) if (value !== undefined) env[name] = value
  return env
}

/** Absolute path of a command as `execvp` would find it; `undefined`: there is none. */
export function findCommand(command: string, searchPath: string): string | undefined {
  if (command.includes('/')) return isProgram(path.resolve(command)) ? path.resolve(command) : undefined
  for (const folder of searchPath.split(path.delimiter)) {
    const candidate = path.resolve(folder === '' ? '.' : folder, command)
    if (isProgram(candidate)) return candidate
  }
  return undefined
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not ours to run: both mean no
  }
}
