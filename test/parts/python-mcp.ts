// The Python SDK of MCP, first generation: opens with `initialize`, knows Streamable HTTP and HTTP+SSE.
import type { Part } from './part.ts'
import { makeEnvironment } from './venv.ts'

export const pythonMcp: Part = {
  name: 'python-mcp',
  version: '1.30.0',
  what: 'Python SDK 1.x of MCP (PyPI)',
  install: (home) => makeEnvironment(home, ['mcp==1.30.0']),
}
