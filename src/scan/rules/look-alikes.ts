// Servers and tools that are taken for others: the same name in other letters, a copy of another's tool, one name for two tools.
import type { JsonObject } from '../../core/item.ts'
import { evidenceOf } from '../evidence.ts'
import { wordsOf } from '../names.ts'
import { fold } from '../normalise.ts'
import { type PlacedHit, rule, type ServerItems } from '../rule.ts'
import { isTypo } from '../typo.ts'

/** More servers are not compared with each other. */
const MOST = 200

const name = (tool: JsonObject): string => (typeof tool['name'] === 'string' ? tool['name'].slice(0, 200) : '')
const description = (tool: JsonObject): string =>
  typeof tool['description'] === 'string' ? tool['description'].slice(0, 4000) : ''

/** What a name looks like: letters that look alike are one, and what separates its words is nothing (UTS 39 §4). */
const skeleton = (text: string): string =>
  bare(text).replace(/[1l]/g, 'i').replaceAll('0', 'o').replaceAll('rn', 'm').replaceAll('vv', 'w')
const bare = (text: string): string => fold(text).text.replace(/[^\p{L}\p{N}]/gu, '')
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

export const serverLookAlikes = rule({
  id: 'XS-620',
  class: 'look-alike',
  looksAt: 'servers',
  severity: 'high',
  message: 'two servers have names that people and models take for one',
  advice: 'find out which of them is the right one; give the other another name, or take it out',
  find(servers) {
    const found: PlacedHit[] = []
    const seen = new Map<string, string>()
    for (const [i, { name: raw }] of servers.slice(0, MOST).entries()) {
      const looks = skeleton(raw)
      const known = seen.get(looks)
      const hit = { path: `/servers/${i}/name`, start: 0, end: raw.length, evidence: evidenceOf(raw, 0, raw.length) }
      // Neither is to be trusted before somebody has looked: the one in foreign letters may come first.
      if (known !== undefined && known !== raw)
        found.push({ ...hit, severity: isPlain(raw) && isPlain(known) ? 'medium' : 'high' })
      else if ([...seen.values()].some((other) => isTypo(other, raw))) found.push({ ...hit, severity: 'medium' })
      seen.set(looks, raw)
    }
    return found
  },
})

export const toolLookAlikes = rule({
  id: 'XS-610',
  class: 'look-alike',
  looksAt: 'servers',
  severity: 'high',
  message: 'a tool looks like a tool of another server: a model may call this one in its place',
  advice: 'find out which server the tool belongs to, and take the other one out',
  find(servers) {
    const found: PlacedHit[] = []
    const byLook = new Map<string, [server: number, tool: JsonObject][]>()
    const copies = new Copies(servers)
    const looks = new Map<string, string>()
    for (const [i, server] of servers.slice(0, MOST).entries())
      for (const [k, tool] of server.tools.entries()) {
        const raw = name(tool)
        const look = looks.get(raw) ?? skeleton(raw)
        looks.set(raw, look)
        const same = byLook.get(look) ?? []
        byLook.set(look, same)
        const worst = same
          .filter(([other]) => servers[other]?.name !== server.name)
          .map(([other, its]) => compare(its, tool, copies.of(other, i)))
        const severity = worst.includes('high') ? 'high' : worst.find((each) => each !== undefined)
        if (severity !== undefined)
          found.push({
            path: `/servers/${i}/tools/${k}/name`,
            start: 0,
            end: raw.length,
            evidence: evidenceOf(raw, 0, raw.length),
            severity,
          })
        same.push([i, tool])
      }
    return found
  },
})

/** A tool beside one of another server with a name that looks the same. */
function compare(its: JsonObject, tool: JsonObject, isInstance: boolean): 'high' | 'medium' | 'low' | undefined {
  const [a, b] = [name(its), name(tool)]
  if (a === b && isInstance) return undefined
  if (a !== b && !(isPlain(a) && isPlain(b))) return 'high'
  if (a !== b && bare(a) !== bare(b)) return likeness(description(its), description(tool)) < 0.5 ? 'medium' : 'high'
  if (isInstance) return undefined
  if (likeness(description(its), description(tool)) < 0.7) return undefined
  // The same in every letter is the same software twice; nearly the same is somebody's copy of it.
  return a === b && description(its) === description(tool) ? 'medium' : 'high'
}

/** Two installations of one server offer the same tools with the same words. Each two are compared once, whatever their tools are. */
class Copies {
  readonly #servers: readonly ServerItems[]
  readonly #texts = new Map<number, readonly string[]>()
  readonly #known = new Map<string, boolean>()

  constructor(servers: readonly ServerItems[]) {
    this.#servers = servers
  }

  of(a: number, b: number): boolean {
    const pair = `${a} ${b}`
    let known = this.#known.get(pair)
    if (known === undefined) this.#known.set(pair, (known = this.#compared(a, b)))
    return known
  }

  #compared(a: number, b: number): boolean {
    const its = new Set(this.#textsOf(a))
    const own = this.#textsOf(b)
    return own.length >= 2 && own.filter((text) => its.has(text)).length / own.length > 0.7
  }

  #textsOf(at: number): readonly string[] {
    let texts = this.#texts.get(at)
    if (texts === undefined) {
      texts = (this.#servers[at]?.tools ?? []).map((tool) => `${name(tool)}\n${description(tool)}`)
      this.#texts.set(at, texts)
    }
    return texts
  }
}

/** Words that two texts share, of all their words (Jaccard); short texts say too little. */
function likeness(a: string, b: string): number {
  const [one, two] = [new Set(wordsOf(a)), new Set(wordsOf(b))]
  if (one.size < 4 || two.size < 4) return 0
  const shared = [...one].filter((word) => two.has(word)).length
  return shared / (one.size + two.size - shared)
}

/** Names that two tools come to when the server's name is put before them (reference/security.md C3, C4). */
export const capturedNames = rule({
  id: 'XS-631',
  class: 'look-alike',
  looksAt: 'servers',
  severity: 'high',
  message: 'the tool has the name under which a tool of another server is offered',
  advice: 'rename the server or the tool: a call must have one meaning',
  find(servers) {
    const found: PlacedHit[] = []
    const joined = new Map<string, string>()
    for (const { name: server, tools } of servers.slice(0, MOST))
      for (const tool of tools)
        for (const sign of ['_', '.', '-', '__', '/']) joined.set(`${server}${sign}${name(tool)}`.toLowerCase(), server)
    for (const [i, { name: server, tools }] of servers.slice(0, MOST).entries()) {
      const own = new Set<string>()
      for (const [k, tool] of tools.entries()) {
        const raw = name(tool)
        const [lower, of] = [raw.toLowerCase(), joined.get(raw.toLowerCase())]
        const at = {
          path: `/servers/${i}/tools/${k}/name`,
          start: 0,
          end: raw.length,
          evidence: evidenceOf(raw, 0, raw.length),
        }
        if (of !== undefined && of !== server) found.push(at)
        else if (own.has(lower)) found.push({ ...at, severity: 'medium' })
        own.add(lower)
      }
    }
    return found
  },
})
