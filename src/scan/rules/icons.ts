// Icons: a client fetches and shows them by itself, so they can run scripts, reach inside networks, and tell who looks.
import type { JsonObject } from '../../core/item.ts'
import { reach } from '../addresses.ts'
import { evidenceOf } from '../evidence.ts'
import type { Severity } from '../finding.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { isObject, step } from '../schemas.ts'

/** Icons larger than this are not icons (reference/security.md A5). */
const LARGEST = 96 * 1024
const PLACES = 2000

export const icons = rule({
  id: 'UR-101',
  class: 'beacon',
  looksAt: 'definition',
  severity: 'high',
  message: 'an icon that runs a script, or that makes the client call a place it should not',
  advice:
    'take the icon out: only https addresses of the server itself and small PNG, JPEG or WebP data are safe to show',
  find(definition) {
    const found: PlacedHit[] = []
    for (const [icon, path] of iconsOf(definition)) {
      const source: unknown = icon['src'] ?? icon['url'] ?? icon['uri']
      if (typeof source !== 'string') continue
      const severity = weigh(source, typeof icon['mimeType'] === 'string' ? icon['mimeType'] : '')
      const at = icon['src'] === source ? 'src' : icon['url'] === source ? 'url' : 'uri'
      const end = source.length
      if (severity !== undefined)
        found.push({ path: `${path}/${at}`, start: 0, end, evidence: evidenceOf(source, 0, end), severity })
    }
    return found
  },
})

function weigh(source: string, mimeType: string): Severity | undefined {
  switch (reach(source)) {
    case 'script':
    case 'file':
    case 'metadata':
    case 'inside':
      return 'high'
    case 'bare':
      return 'medium'
    case 'outside':
      return ofOutside(source, mimeType)
    case 'other':
      return source.toLowerCase().startsWith('data:')
        ? ofData(source)
        : /^[a-z][a-z0-9+.-]*:/i.test(source)
          ? 'high'
          : 'low'
  }
}

/** A picture for each reader is a way to tell readers apart. */
function ofOutside(source: string, mimeType: string): Severity | undefined {
  if (/[?#&][^#]{0,200}(?:\{|%7b|<|\$\{)/i.test(source) || /\b(?:user|session|uid|track\w*|token|email)=/i.test(source))
    return 'medium'
  if (source.toLowerCase().startsWith('http:')) return 'low'
  return /svg/i.test(mimeType) || /\.svg(?:$|[?#])/i.test(source) ? 'info' : undefined
}

function ofData(source: string): Severity | undefined {
  const head = source.slice(5, 200).split(',', 1)[0] ?? ''
  const body = source.slice(source.indexOf(',') + 1, LARGEST * 2)
  if (/^image\/(?:png|jpe?g|webp|gif|x-icon|vnd\.microsoft\.icon|avif)\b/i.test(head))
    return source.length > LARGEST ? 'low' : undefined
  if (!/^image\/svg\+xml/i.test(head)) return 'high'
  const svg = /;base64/i.test(head) ? Buffer.from(body, 'base64').toString('latin1') : unescaped(body)
  const isActive =
    /<\s*(?:script|foreignobject|iframe|object|embed|handler|set|animate)\b|\bon[a-z]{3,20}\s*=|javascript:|<!entity|@import|(?:href|src)\s*=\s*(?!["']?(?:#|data:image\/(?:png|jpeg)))/i
  return isActive.test(svg) ? 'high' : 'low'
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Everything under a member named `icons`, wherever it stands. */
function iconsOf(definition: JsonObject): readonly (readonly [icon: JsonObject, path: string])[] {
  const found: (readonly [JsonObject, string])[] = []
  const open: (readonly [value: JsonObject, path: string, depth: number])[] = [[definition, '', 0]]
  for (let next = open.pop(), seen = 0; next !== undefined && seen < PLACES; next = open.pop(), seen++) {
    const [value, path, depth] = next
    const list: unknown = value['icons']
    if (Array.isArray(list))
      for (const [i, icon] of list.slice(0, 64).entries()) if (isObject(icon)) found.push([icon, `${path}/icons/${i}`])
    if (depth > 3) continue
    for (const key of ['serverInfo', 'annotations', '_meta', 'tools', 'prompts', 'resources', 'content']) {
      const child: unknown = value[key]
      if (isObject(child)) open.push([child, `${path}/${key}`, depth + 1])
      if (Array.isArray(child))
        for (const [i, each] of child.slice(0, PLACES).entries())
          if (isObject(each)) open.push([each, `${path}/${key}${step(i)}`, depth + 1])
    }
  }
  return found
}
