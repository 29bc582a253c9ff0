// All pages of `tools/list`, of whichever revision the server is.
import { isRecord } from './values.ts'

type Fields = Record<string, unknown>

/** A server that never stops listing is not listened to for ever. */
const PAGES = 1_000

/** Each tool as it came; a cursor that comes again ends it. */
export async function toolPages(page: (params: Fields) => Promise<Fields>): Promise<Fields[]> {
  const tools: Fields[] = []
  let cursor: string | undefined
  for (let count = 0; count < PAGES; count++) {
    const result = await page(cursor === undefined ? {} : { cursor })
    if (Array.isArray(result['tools'])) tools.push(...result['tools'].filter(isRecord))
    const next = result['nextCursor']
    if (typeof next !== 'string' || next === cursor) break
    cursor = next
  }
  return tools
}
