// Where the settings of MCP clients are on each system, and how their entries look. One line of a table for each client.
import path from 'node:path'
import type { Io } from './command.ts'

export interface ClientSettings {
  /** How people call it. */
  readonly title: string
  /** Name of the object that holds the servers. */
  readonly root: 'servers' | 'mcpServers'
  /** Files of this folder; the first one is written to. */
  readonly here: readonly string[]
  /** Files of the user; the first one is written to. */
  readonly user: (io: Io) => readonly string[]
  readonly entry: (url: string) => Record<string, unknown>
  /** What there is to do besides the file. */
  readonly next: string
}

const home = ({ env, platform }: Io): string => (platform === 'win32' ? env['USERPROFILE'] : env['HOME']) ?? '.'

/** Folder where applications of this system keep their settings. */
function applications(io: Io): string {
  if (io.platform === 'win32') return io.env['APPDATA'] ?? path.join(home(io), 'AppData', 'Roaming')
  if (io.platform === 'darwin') return path.join(home(io), 'Library', 'Application Support')
  return io.env['XDG_CONFIG_HOME'] ?? path.join(home(io), '.config')
}

/** Folder where our own notes about this machine are: which settings we changed, and how they were. */
export function stateFolder(io: Io): string {
  const base = io.platform === 'win32' ? io.env['LOCALAPPDATA'] : io.env['XDG_STATE_HOME']
  return path.join(base ?? path.join(home(io), '.local', 'state'), 'toolgate')
}

/** Clients whose settings we read and write. */
export const clients: Readonly<Record<'vscode' | 'claude' | 'cursor', ClientSettings>> = {
  vscode: {
    title: 'VS Code',
    root: 'servers',
    here: ['.vscode/mcp.json'],
    user: (io) =>
      ['Code', 'Code - Insiders', 'VSCodium'].map((name) => path.join(applications(io), name, 'User', 'mcp.json')),
    entry: (url) => ({ type: 'http', url }),
    next: 'open the file in VS Code and press Start above the entry',
  },
  claude: {
    title: 'Claude Code',
    root: 'mcpServers',
    here: ['.mcp.json'],
    user: (io) => [
      path.join(home(io), '.claude.json'),
      // Claude Desktop: read by import; it cannot reach an address on this machine by itself.
      path.join(applications(io), 'Claude', 'claude_desktop_config.json'),
    ],
    entry: (url) => ({ type: 'http', url }),
    next: 'start claude here and approve the server; /mcp shows it',
  },
  cursor: {
    title: 'Cursor',
    root: 'mcpServers',
    here: ['.cursor/mcp.json'],
    user: (io) => [path.join(home(io), '.cursor', 'mcp.json')],
    entry: (url) => ({ url }),
    next: 'switch the server on in Settings → MCP',
  },
}

export type ClientName = keyof typeof clients

export const isClientName = (name: string): name is ClientName => Object.hasOwn(clients, name)
