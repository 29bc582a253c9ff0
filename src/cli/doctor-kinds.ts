// Kinds of clients as the doctor plays them: how they open, what they say of themselves, and what they do afterwards.
import { type Profile, profiles } from '../mcp/profiles.ts'
import { type ClientProfile, clientProfiles } from './oauth-clients.ts'

export interface Kind {
  readonly name: string
  readonly title: string
  /** `clientInfo.name`: gateways and servers may look at it. */
  readonly says: string
  readonly capabilities: Readonly<Record<string, unknown>>
  /** First message: `discover` falls back to `initialize`; `modern` does not. */
  readonly opens: 'initialize' | 'discover' | 'modern'
  /** Of its `initialize`. */
  readonly revision: string
  readonly takes: Profile
  readonly login: ClientProfile
}

/** Clients that look for metadata as RFC 9728 and RFC 8414 say, and refuse what these say to refuse. */
const byTheBook = (name: string, title: string): ClientProfile => ({
  ...clientProfiles.inspector,
  name,
  title,
})

const asks = { elicitation: {}, roots: {} } as const

/** Reference: mcp §0.9, §6, §12.1. */
export const kinds = {
  vscode: {
    name: 'vscode',
    title: 'VS Code',
    says: 'Visual Studio Code',
    capabilities: { elicitation: { form: {}, url: {} }, roots: { listChanged: true }, sampling: {} },
    opens: 'initialize',
    revision: '2025-11-25',
    takes: profiles.vscode,
    login: clientProfiles.vscode,
  },
  claude: {
    name: 'claude',
    title: 'Claude Code',
    says: 'claude-code',
    capabilities: asks,
    opens: 'discover',
    revision: '2025-11-25',
    takes: profiles.claudeCode,
    login: clientProfiles.claude,
  },
  cursor: {
    name: 'cursor',
    title: 'Cursor',
    says: 'cursor-vscode',
    capabilities: asks,
    opens: 'initialize',
    revision: '2025-11-25',
    takes: profiles.cursor,
    login: byTheBook('cursor', 'Cursor'),
  },
  codex: {
    name: 'codex',
    title: 'Codex',
    says: 'codex-mcp-client',
    capabilities: { elicitation: {} },
    opens: 'initialize',
    revision: '2025-06-18',
    takes: profiles.codex,
    login: byTheBook('codex', 'Codex'),
  },
  inspector: {
    name: 'inspector',
    title: 'MCP Inspector',
    says: 'mcp-inspector',
    capabilities: { ...asks, sampling: {} },
    opens: 'initialize',
    revision: '2025-11-25',
    takes: profiles.inspector,
    login: clientProfiles.inspector,
  },
  openai: {
    name: 'openai',
    title: 'OpenAI',
    says: 'openai-mcp',
    capabilities: {},
    opens: 'initialize',
    revision: '2025-06-18',
    takes: profiles.openai,
    login: byTheBook('openai', 'OpenAI'),
  },
  modern: {
    name: 'modern',
    title: 'a client of 2026-07-28',
    says: 'toolgate-doctor',
    capabilities: {},
    opens: 'modern',
    revision: '2026-07-28',
    takes: profiles.unknown,
    login: byTheBook('modern', 'a client of 2026-07-28'),
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds

export const isKindName = (name: string): name is KindName => Object.hasOwn(kinds, name)
