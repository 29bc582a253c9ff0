// Credentials for a document's security schemes: secrets that the configuration holds, and ways to get one.
import type { FileOrInline } from '../../config/value.ts'
import { nearestWord } from '../../core/suggest.ts'
import type { Credentials } from '../../policy/policy.ts'
import type { Edition } from './openapi-edition.ts'
import type { Slot } from './openapi-schema.ts'
import type { TargetSite } from './site.ts'

export interface Slots {
  readonly names: readonly string[]
  /** Put where the document says that they belong. */
  readonly secrets: Readonly<Record<string, string>>
  /** Put there by those who get them. */
  readonly proofs: ReadonlyMap<string, Credentials>
  /** Equal for equal credentials; to be hashed. */
  readonly print: readonly string[]
}

/** YAML `credentials: {scheme: text | {file} | …}` (reference: openapi §9). */
export function slotsOf(written: Readonly<Record<string, Slot>> | undefined, site: TargetSite): Slots {
  const secrets = new Map<string, string>()
  const proofs = new Map<string, Credentials>()
  for (const [name, slot] of Object.entries(written ?? {})) {
    const at = ['credentials', name]
    if ('secret' in slot) {
      const secret = secretOf(slot.secret, at, site)
      if (secret !== undefined) secrets.set(name, secret)
      continue
    }
    const proof = site.proof?.(at, slot.proof)
    if (proof?.bind !== undefined)
      site.problem(at, 'people log in at a target, not for one of its schemes', 'write it as `policies.backendAuth`')
    else if (proof !== undefined) proofs.set(name, proof)
  }
  const print = [...secrets].flat().concat([...proofs].flatMap(([name, proof]) => [name, proof.print]))
  return { names: [...secrets.keys(), ...proofs.keys()], secrets: Object.fromEntries(secrets), proofs, print }
}

function secretOf(from: FileOrInline, at: readonly string[], site: TargetSite): string | undefined {
  const text = 'inline' in from ? from.inline : site.read(from.file)?.toString('utf8').trimEnd()
  if (text === undefined) return undefined
  if (text === '') site.problem(at, 'the secret is empty', 'is the variable set that it comes from?')
  else if (!/^[\x20-\x7e\x80-\xff]+$/.test(text)) site.problem(at, 'the secret has characters that no header may have')
  else return text
  return undefined
}

/** Credentials that no scheme of the document wants, and operations that want some which nobody gives. */
export function checkSlots({ names }: Slots, { schemes, tools }: Edition, site: TargetSite): void {
  for (const name of names) {
    if (schemes.includes(name)) continue
    const near = nearestWord(name, schemes)
    const hint =
      near === undefined ? `it has ${schemes.length === 0 ? 'none' : schemes.join(', ')}` : `nearest: ${near}`
    site.warning(['credentials', name], `the document has no security scheme \`${name}\``, hint)
  }
  const wanting = [...tools.values()].filter(({ security }) => security === undefined)
  if (wanting.length === 0) return
  const wanted = new Set(wanting.flatMap(({ alternatives }) => alternatives.flat()))
  site.warning(
    [],
    `${wanting.length} of ${tools.size} operations want credentials that nobody gives (${[...wanted].join(', ')})`,
    'they are called without: set `credentials`, or `backendAuth` under `policies`',
  )
}
