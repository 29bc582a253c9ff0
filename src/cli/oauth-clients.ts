// MCP clients as authorization servers see them: which addresses they return to, how they introduce themselves, what they insist on.

export interface ClientProfile {
  readonly name: string
  readonly title: string
  /** Where it wants the code; the first one is tried. */
  readonly redirects: readonly [string, ...string[]]
  /** Another port than the registered one may be in use on the day (RFC 8252 §7.3): for a client that registers anew each time or not. */
  readonly portMoves: 'always' | 'unless registered'
  /** Its client id metadata document, when it has one. */
  readonly document?: string
  /** Refuses metadata whose `issuer` is another than it was asked under (RFC 8414 §3.3). */
  readonly strictIssuer: boolean
  /** Refuses answers whose `iss` is another issuer (RFC 9207 §2.4). */
  readonly strictAnswer: boolean
  /** Versions of it that are in use look for the resource's metadata at the root only. */
  readonly looksAtRoot: boolean
}

/** Reference: mcp §6, §12. */
export const clientProfiles = {
  vscode: {
    name: 'vscode',
    title: 'Visual Studio Code',
    redirects: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    portMoves: 'always', // 33418 is taken when a second window is open
    document: 'https://vscode.dev/oauth/client-metadata.json',
    strictIssuer: false,
    strictAnswer: false,
    looksAtRoot: true,
  },
  inspector: {
    name: 'inspector',
    title: 'MCP Inspector',
    redirects: ['http://127.0.0.1:6276/oauth/callback'],
    portMoves: 'unless registered',
    strictIssuer: true,
    strictAnswer: true,
    looksAtRoot: false,
  },
  claude: {
    name: 'claude',
    title: 'Claude Code',
    redirects: ['http://localhost:54545/callback'],
    portMoves: 'unless registered',
    document: 'https://claude.ai/oauth/claude-code-client-metadata',
    strictIssuer: true,
    strictAnswer: false,
    looksAtRoot: false,
  },
} as const satisfies Record<string, ClientProfile>

export const isClientName = (name: string): name is keyof typeof clientProfiles => Object.hasOwn(clientProfiles, name)
