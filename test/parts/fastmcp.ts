// FastMCP for Python, on the second generation of the SDK: opens with `server/discover` and falls back.
import type { Part } from './part.ts'
import { makeEnvironment } from './venv.ts'

export const fastmcp: Part = {
  name: 'fastmcp',
  version: '4.1.2',
  what: 'FastMCP for Python, on SDK 2.x (PyPI)',
  install: (home) => makeEnvironment(home, ['fastmcp==4.1.2']),
}
