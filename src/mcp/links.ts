// Addresses that a server wants a person to open (elicitation, mode `url`): web pages only, whatever would happen in some client otherwise.
import { type RawJson } from '../core/brand.ts'
import type { JsonObject } from '../core/item.ts'
import { find } from './json.ts'
import { stringAt } from './outline.ts'

/** Of web pages. A script, a file or another program must not be what a click on a server's word opens (reference: security 51). */
const PAGE = /^https?:\/\/[^/\s]/i

export const WHY = 'people are sent to web pages only'

/** Whether a question sends a person to something else than a web page. */
export function leadsAstray(method: string, params: RawJson | undefined): boolean {
  if (method !== 'elicitation/create' || params?.includes('"url"') !== true) return false
  if (stringAt(params, find(params, ['mode'])) !== 'url') return false
  return !PAGE.test(stringAt(params, find(params, ['url'])) ?? '')
}

/** The same for the links of an error that names some (2025-11-25, -32042). */
export function linksAstray({ elicitations }: JsonObject): boolean {
  if (!Array.isArray(elicitations)) return false
  return elicitations.some((each: unknown) => {
    const url = typeof each === 'object' && each !== null && 'url' in each ? each.url : undefined
    return url !== undefined && (typeof url !== 'string' || !PAGE.test(url))
  })
}
