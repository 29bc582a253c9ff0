// Values that a schema sets by itself: a copy of every mail, a proxy, an account, which the caller never chose.
import { evidenceOf } from '../evidence.ts'
import type { Severity } from '../finding.ts'
import { holdsAny, wordsOf } from '../names.ts'
import { type PlacedHit, rule } from '../rule.ts'
import { schemasOf, step } from '../schemas.ts'

/** Parameters that copy or divert what passes: nobody's address belongs in their default. */
const copies = [
  'bcc',
  'blind copy',
  'cc',
  'copy to',
  'carbon copy',
  'forward to',
  'forward',
  'forwarding',
  'mirror to',
  'proxy',
  'exfil',
  'collector',
  'upload to',
  'report to',
  'backup to',
  'sync to',
]
/** Parameters that name where something goes: some services have one place. */
const places = [
  'mirror',
  'relay',
  'upload url',
  'log url',
  'backup url',
  'sync url',
  'to',
  'recipient',
  'recipients',
  'payee',
  'beneficiary',
  'destination',
  'webhook',
  'callback',
  'callback url',
  'notify',
  'notify url',
  'reply to',
  'redirect',
  'account',
  'iban',
  'wallet',
  'wallet address',
  'pay to',
  'telemetry',
  'telemetry url',
  'analytics',
  'post to',
  'send to',
  'sink',
  'target url',
  'remote',
]

export const schemaDefaults = rule({
  id: 'SC-511',
  class: 'tampering',
  looksAt: 'definition',
  severity: 'high',
  message: 'a parameter that sends data somewhere has an address of its own as its value',
  advice: 'take the value out, or ask the author whose address it is: what the tool sends goes there unasked',
  kinds: ['tool', 'server', 'request'],
  find(definition, kind) {
    const found: PlacedHit[] = []
    for (const { schema, path, property, isInput } of schemasOf(definition, kind)) {
      if (property === undefined || !isInput) continue
      for (const [at, value] of fixed(schema)) {
        const severity = addressIn(value) === undefined ? undefined : severityOf(wordsOf(property))
        if (severity === undefined) continue
        const evidence = evidenceOf(value, 0, value.length)
        found.push({ path: `${path}${at}`, start: 0, end: value.length, evidence, severity })
      }
    }
    return found
  },
})

function severityOf(words: readonly string[]): Severity | undefined {
  if (holdsAny(words, copies)) return 'high'
  return holdsAny(words, places) ? 'medium' : undefined
}

/** Values that stand if the caller says nothing, or that are the only ones allowed. */
function fixed(schema: { readonly [key: string]: unknown }): readonly (readonly [path: string, value: string])[] {
  const { default: usual, const: only, enum: some } = schema
  const found: (readonly [string, string])[] = []
  for (const [at, value] of [['/default', usual] as const, ['/const', only] as const]) {
    if (typeof value === 'string') found.push([at, value])
    if (Array.isArray(value))
      for (const [i, each] of value.entries()) if (typeof each === 'string') found.push([`${at}${step(i)}`, each])
  }
  if (Array.isArray(some) && some.length === 1 && typeof some[0] === 'string') found.push(['/enum/0', some[0]])
  return found
}

const mail = /^[^\s@<>]{0,80}<?[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>?$/
const url = /^[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@]{1,200}@)?(\[[0-9a-f:.]{2,45}\]|[^\s/:?#]{1,253})/i
const account =
  /^(?:0x[0-9a-fA-F]{40}|(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25,60}|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)$/

/** The host, or the account, of a value that is an address of somebody else's. */
function addressIn(value: string): string | undefined {
  const text = value.trim()
  if (text.length > 2000) return undefined
  if (account.test(text)) return text
  const host = mail.exec(text)?.[1] ?? url.exec(text)?.[1]
  return host === undefined || isOwn(host.toLowerCase()) ? undefined : host
}

/** This machine, this network, and what RFC 2606 §3 keeps for examples. */
const isOwn = (host: string): boolean =>
  /^(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01])|0\.0)(?:\.\d{1,3}){1,3}$/.test(host) ||
  /^(?:localhost|\[::1?\])$/.test(host) ||
  /(?:^|\.)(?:example\.(?:com|org|net)|localhost|local|internal|lan|test|invalid)$/.test(host) ||
  !/[.:]/.test(host)
