// Links that a client may follow by itself: to files with keys, to the credentials of a cloud machine, to the inside of a network.
import { isKeyFile, reach } from '../addresses.ts'
import type { Severity } from '../finding.ts'
import { type Hit, type Place, rule } from '../rule.ts'

export const links = rule({
  id: 'UR-201',
  class: 'beacon',
  looksAt: 'raw',
  severity: 'high',
  message: 'a link leads to a file with keys, to a machine of the own network, or to a script',
  advice: 'do not follow it, and do not hand it on: a client that reads links by itself would fetch it',
  kinds: ['result', 'resource', 'request', 'message', 'prompt', 'server'],
  surfaces: ['uri'],
  find(text, place): readonly Hit[] {
    const severity = weigh(text, place)
    return severity === undefined ? [] : [{ start: 0, end: text.length, severity }]
  },
})

function weigh(text: string, { kind }: Place): Severity | undefined {
  switch (reach(text)) {
    case 'script':
    case 'metadata':
      return 'high'
    case 'file':
      // Servers of files offer files; of a user who is asked to open a page, nobody's.
      return kind === 'request' || isKeyFile(decoded(text)) ? 'high' : 'info'
    case 'inside':
      return kind === 'request' ? 'high' : 'medium'
    case 'bare':
      return kind === 'request' ? 'medium' : 'low'
    case 'outside':
      return kind === 'request' && /^https?:\/\/[^/?#]*@/i.test(text) ? 'high' : undefined
    case 'other':
      return undefined
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
