// MCP clients by how they name themselves: one line each, with what they and the models behind them take of a list of tools.
import type { RawJson } from '../core/brand.ts'

/** Members of a schema's root that some model providers refuse. */
export type RootKeyword = 'oneOf' | 'anyOf' | 'allOf' | 'enum' | 'not'

export interface Profile {
  /** How people call it. */
  readonly title: string
  /** Beginnings of `clientInfo.name`, in lower case and with `-` for everything between words. */
  readonly called: readonly string[]
  /** Tools that it takes; further ones it drops as it likes, or fails. */
  readonly tools?: number
  /** Characters of a tool's name that are left once it has put its prefix before it. */
  readonly name?: number
  /** What must not stand at the root of `inputSchema`: one such tool is dropped, or fails every request that has it. */
  readonly refuses: readonly RootKeyword[]
  /** Characters of a result that reach the model. */
  readonly result?: number
  /** Member of a tool's `_meta` that asks for another number of them, and the most that it gets. */
  readonly wish?: { readonly member: string; readonly most: number }
}

const anthropic = ['oneOf', 'anyOf', 'allOf'] as const

/**
 * The clients that are known; a name that nobody has is nobody's (`unknown`), for which lists stay as they are. Prefixes are those of a
 * server called `toolgate` (reference: mcp §3.2, §6, §12).
 */
export const profiles = {
  // 128 tools a request; names are `mcp_` and up to 13 characters of the server's before 64 in all (microsoft/vscode#243602).
  vscode: {
    title: 'VS Code',
    called: ['visual-studio-code', 'code-oss', 'vscodium'],
    tools: 128,
    name: 46,
    refuses: [],
  },
  // `mcp__toolgate__` of 64; 25,000 tokens of a result unless MAX_MCP_OUTPUT_TOKENS says more (anthropics/claude-code#19882, #95504).
  claudeCode: {
    title: 'Claude Code',
    called: ['claude-code'],
    name: 49,
    refuses: anthropic,
    result: 100_000,
    wish: { member: 'anthropic/maxResultSizeChars', most: 500_000 },
  },
  claude: { title: 'Claude', called: ['claude', 'anthropic'], name: 49, refuses: anthropic, result: 1 << 20 },
  // The server's name and the tool's together have 60 characters (awslabs/mcp#1283), all servers together 80 tools (Snowflake-Labs/mcp#77).
  cursor: { title: 'Cursor', called: ['cursor'], tools: 80, name: 51, refuses: [] },
  // Shortens names itself, and its models take such schemas (BerriAI/litellm#38792).
  codex: { title: 'Codex', called: ['codex'], name: 49, refuses: [] },
  inspector: { title: 'MCP Inspector', called: ['mcp-inspector', 'inspector'], refuses: [] },
  // ChatGPT and the Responses API; `schema must have type 'object' and not have …` (langchain-ai/langchainjs#9804).
  openai: {
    title: 'OpenAI',
    called: ['openai-mcp', 'chatgpt'],
    tools: 128,
    name: 64,
    refuses: ['oneOf', 'anyOf', 'allOf', 'enum', 'not'],
  },
  unknown: { title: 'other clients', called: [], refuses: [] },
} as const satisfies Record<string, Profile>

const known: readonly Profile[] = Object.values(profiles)

/** No client is known to take less of a result: most results need not be looked at. */
export const smallestResult = Math.min(...known.map(({ result = Infinity }) => result))

/** Lengths of names that clients take, the smallest first. */
export const nameBudgets: readonly number[] = [...new Set(known.flatMap(({ name }) => name ?? []))].toSorted(
  (a, b) => a - b,
)

/** Whose `clientInfo` this is. Clients say what they like of themselves: nothing but the form of a list may depend on it. */
export function profileOf(clientInfo: RawJson): Profile {
  const told: unknown = JSON.parse(clientInfo)
  const name = typeof told === 'object' && told !== null && 'name' in told ? told.name : undefined
  if (typeof name !== 'string' || name.length > LONGEST) return profiles.unknown
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return known.find(({ called }) => called.some((start) => begins(plain, start))) ?? profiles.unknown
}

const LONGEST = 128

/** `claude` begins `claude-ai`, and not `claudette`. */
const begins = (name: string, start: string): boolean => name === start || name.startsWith(`${start}-`)
