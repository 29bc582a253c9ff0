// What the stand-ins for public servers have in common: every answer begins by saying that it is not the real one.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'

/** The text of an answer, under a first line that says who is not speaking. */
export function standIn(whose: string, text: string): CallToolResult {
  return {
    content: [{ type: 'text', text: `This is a stand-in for ${whose}: nothing was looked up.\n\n${text}` }],
  }
}
