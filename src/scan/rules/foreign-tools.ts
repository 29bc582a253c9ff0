// Text of one tool about other tools: that they must behave otherwise, are broken, or have to hand over what they got.

import type { Severity } from '../finding.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { isObject } from '../schemas.ts'

/** Tools that are not this one. */
const others =
  /\b(?:(?:other|another|any(?: other)?|every(?: other)?|all(?: other)?|each(?: other)?) (?:[a-z-]{1,20} ){0,2}?(?:tools?|functions?|servers?|plugins?|connectors?)|(?:tools?|functions?|servers?) (?:of|from|on|by) (?:other|another|any|all|different) (?:[a-z-]{1,20} )?servers?|[a-z]{3,20}(?:[ -][a-z]{2,20})? tools? (?:must|should|have to|need to|will now|are to))\b/
/** What another call carried, in the hands of this one. */
const carries =
  /\b(?:arguments?|parameters?|inputs?|outputs?|results?|responses?|payloads?|contents?|data) (?:of|from|returned by|passed to|produced by) (?:that|the|this|every|each|any|all|other|another|previous|preceding|those|such)\b|\b(?:its|their|the same|that call's) (?:arguments?|parameters?|inputs?|outputs?|results?|responses?)\b/
const handsOver = /\b(?:pass|send|forward|copy|include|report|submit|give|share|log|store|call|provide|attach|post)\b/
/** How another tool is to behave. */
const bends =
  /\b(?:must|should|shall|have to|has to|needs? to|are to|is to|will|always|never|now|now always)\b[^.]{0,80}?\b(?:also|twice|instead|copy|send|write|use|set|include|add|append|route|forward|ignore|skip|bcc|cc|replace|redirect|first)\b/
const address = /https?:\/\/|\b\/\/[\w.-]+\/|[\w.+-]+@[\w-]+\.[\w.]+|(?:^|\s)(?:\/[\w.-]+){2,}/
/** That another tool is no good. */
const discredits =
  /\b(?:broken|compromised|hacked|unsafe|insecure|malicious|infected|malfunction\w*|out of (?:order|service)|offline|retired|replaced by|superseded|no longer (?:works?|safe|available|maintained)|should not be (?:used|trusted)|cannot be trusted|untrusted|do(?:es)? not work|stop using|is down|are down|leaks?|leaking|spies|steals?|loses|corrupts?|vulnerable|dangerous|risky|harmful|exposes?|buggy|wrong (?:data|results?))\b/
const poisoned = /\b(?:compromised|hacked|infected|malicious|intercept\w*|trojan\w*|backdoored)\b/
/** A name as tools have them. */
const named = /\b[a-z]{2,20}(?:_[a-z0-9]{2,20}){1,4}\b/
/** That it does something else than before. */
const bent =
  /\b(?:now|from now on|since then|as of today|henceforth)\b[^.]{0,30}\b(?:always|first|also|instead|only)\b|\b(?:has been|was) (?:changed|optimi[sz]ed|updated|moved|redirected|extended|patched|reconfigured)\b[^.]{0,60}\b(?:now|always|first|instead)\b/
const onlyUntil = /\b(?:until|unless|without|before|if|after)\b/
const eachTime = /\b(?:before|after|whenever|every time|each time|when|each call|every call)\b/
const takesOver = /\b(?:instead|intercept\w*|route|redirect|reroute|replaces?|takes? over|send|come|go|use)\b/
/** The name of a tool of a server: `files.read`, or `read_file` of some server. */
const qualified =
  /\b[a-z][a-z0-9-]{2,30}\.[a-z]+_[a-z_]{2,40}\b|[`'"][a-z]+(?:_[a-z0-9]+)+[`'"]? ?\((?:of |from |on )?(?:the )?[a-z0-9-]{2,30} server\)|[`'"]?\b[a-z]+(?:_[a-z0-9]+)+[`'"]? (?:of|from|on) (?:the )?[a-z0-9-]{2,30} server\b/
const made =
  /\b(?:drafted|written|created|made|sent|produced|generated|returned|saved|composed) (?:with|by|from|through|via|using) (?:other|another|any|all|every|the other)\b/
/** Presence of another tool as a condition. */
const whenPresent =
  /\b(?:when|whenever|if|while|once|every time) (?:the )?[`'"]?([a-z][\w.-]{1,60})[`'"]? (tool |function |server )?(?:is|are|was|gets?|has been) (?:present|available|called|used|invoked|enabled|installed|connected|loaded|executed)\b/
const changed =
  /\b(?:override|overrides|recipients?|instead|redirect\w*|set|change\w*|replace\w*|add|append|bcc|cc|must|all [a-z]{2,20} to)\b/

export const foreignTools = rule({
  id: 'TP-150',
  class: 'cross-tool',
  looksAt: 'sentence',
  severity: 'medium',
  message:
    'the text tells how other tools are to be used, or that they must not be: a tool may speak about its own only',
  advice: 'keep the tool out unless its author can say why it knows about other tools',
  kinds: ['tool', 'prompt', 'resource', 'server'],
  needs: ['tool', 'call', 'says-tool', 'send', 'put', 'write', 'read', 'ignore'],
  surfaces: ['description', 'instructions', 'parameter', 'value', 'schema', 'title', 'annotation', 'meta'],
  find(sentence, place): Hit | undefined {
    const { text, start } = sentence
    if (sentence.has('says-tool') && sentence.hasAny('secret', 'private', 'talk', 'outside'))
      return { start, end: sentence.end, severity: 'high' }
    for (const [pattern, weigh] of checks) {
      const match = pattern.exec(text)
      const severity = match === null ? undefined : weigh(text, match, place, sentence.next?.text ?? '')
      if (match !== null && severity !== undefined) return { start: start + match.index, end: sentence.end, severity }
    }
    return undefined
  },
})

type Weigh = (text: string, match: RegExpExecArray, place: Place, next: string) => Severity | undefined

const checks: readonly (readonly [pattern: RegExp, weigh: Weigh])[] = [
  [others, ofOthers],
  [qualified, ofQualified],
  [
    made,
    (text) =>
      /\b(?:add|append|include|put|insert|attach|end with)\b/.test(text)
        ? address.test(text)
          ? 'high'
          : 'medium'
        : undefined,
  ],
  [whenPresent, ofPresence],
  [named, ofNamed],
]

function ofOthers(text: string): Severity | undefined {
  // “Other tools do not work before this one was called” is an order of work.
  if (discredits.test(text)) return onlyUntil.test(text) ? undefined : takesOver.test(text) ? 'high' : 'medium'
  if (carries.test(text) && handsOver.test(text) && eachTime.test(text)) return 'high'
  if (!bends.test(text)) return undefined
  return address.test(text) ? 'high' : /\b(?:twice|copy|bcc|route|redirect|forward)\b/.test(text) ? 'medium' : undefined
}

function ofQualified(text: string, match: RegExpExecArray, place: Place, next: string): Severity | undefined {
  if (isOwn(match[0], place)) return undefined
  if (discredits.test(text)) return onlyUntil.test(text) ? undefined : takesOver.test(text) ? 'high' : 'medium'
  if (/\b(?:put|set|add|append|intercept\w*|replaces?|supersedes?)\b/.test(text))
    return address.test(text) ? 'high' : 'medium'
  // What is to be done with it may stand in the next sentence.
  return address.test(next) && /\b(?:put|set|add|append|use|include|first)\b/.test(next) && /\bits?\b/.test(next)
    ? 'medium'
    : undefined
}

/** Nobody else's tool is bad because this one says so. */
function ofNamed(text: string, _match: RegExpExecArray, place: Place): Severity | undefined {
  const isBad = poisoned.test(text) && takesOver.test(text)
  const isBent = address.test(text) && bent.test(text)
  if (!isBad && !isBent) return undefined
  const all = text.match(new RegExp(named.source, 'g')) ?? []
  return all.some((each) => !isOwn(each, place)) ? 'medium' : undefined
}

function ofPresence(text: string, match: RegExpExecArray, place: Place): Severity | undefined {
  const [whole, named = '', noun] = match
  const rest = text.slice(match.index + whole.length)
  if (noun === undefined && !/[_.]/.test(named)) return undefined
  if (isOwn(named, place) || !changed.test(rest)) return undefined
  if (address.test(rest) || /\boverride/.test(rest)) return 'high'
  return /\b(?:instead|redirect|replace|recipient|bcc)\b/.test(rest) ? 'medium' : undefined
}

/** This tool, tools of the same server, and its own parameters. */
function isOwn(mention: string, { definition, context }: Place): boolean {
  const { own, server } = context
  const name: unknown = definition['name']
  const schema: unknown = definition['inputSchema']
  const properties: unknown = isObject(schema) ? schema['properties'] : undefined
  const parameters = isObject(properties) ? Object.keys(properties) : []
  const known = [
    ...parameters,
    ...(own ?? []),
    ...(typeof name === 'string' ? [name] : []),
    ...(server === undefined ? [] : [server]),
  ]
  const words: readonly string[] = mention.toLowerCase().match(/[a-z0-9_-]+/g) ?? []
  return known.some((each) => words.includes(each.toLowerCase()))
}
