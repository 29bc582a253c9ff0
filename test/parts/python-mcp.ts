// The Python SDK of MCP: the first generation opens with `initialize`, the second with `server/discover` and falls back.
import type { Part } from './part.ts'
import { makeEnvironment } from './venv.ts'

export const pythonMcp2: Part = {
  name: 'python-mcp2',
  version: '2.3.0',
  what: 'Python SDK 2.x of MCP (PyPI)',
  install: (home) => makeEnvironment(home, ['mcp==2.3.0']),
}

export const pythonMcp: Part = {
  name: 'python-mcp',
  version: '1.30.0',
  what: 'Python SDK 1.x of MCP (PyPI)',
  install: (home) => makeEnvironment(home, ['mcp==1.30.0']),
}
