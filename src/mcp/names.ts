// Names of tools and prompts as clients see them: a map from what upstreams call their things, never a string to split.
import { hash } from 'node:crypto'
import type { TargetName } from '../core/brand.ts'

/** `conditional`: names carry their target's name as soon as there is more than one target. */
export type PrefixMode = 'conditional' | 'always' | 'never'

/** Names that one target offers, in its own order. */
export interface Named {
  readonly target: TargetName
  readonly names: readonly string[]
}

export interface Exposed {
  readonly target: TargetName
  /** The upstream's own name. */
  readonly name: string
  readonly exposed: string
  /** The exposed name is a short form: the original cannot be read from it. */
  readonly shortened: boolean
}

export interface NameMap {
  /** In order of targets, then of names. */
  readonly exposed: readonly Exposed[]
  /** Names that another one stands in the way of. */
  readonly dropped: readonly { readonly target: TargetName; readonly name: string; readonly owner: TargetName }[]
}

/** Longest name that all model providers take (reference: mcp §3.2). */
export const nameLimit = 64
const SAFE = /^[A-Za-z0-9_-]{1,64}$/
const UNSAFE = /[^A-Za-z0-9_-]/g
const HASH_LENGTH = 6

/** Whether names of this federation carry their target's name (reference: agentgateway §3.4). */
function prefixed(mode: PrefixMode, targets: number): boolean {
  return mode === 'always' || (mode === 'conditional' && targets !== 1)
}

/**
 * Gives every name its exposed form: `target_name`, or `name` alone where nothing is prefixed. Forms that are too long or hold
 * characters which providers refuse become `head_hash`; a lone target without a prefix keeps its names whatever they are. No
 * form depends on which other targets and names there are, unless two are equal:
 * then the short form keeps it, since it cannot be chosen by who wants to pass for another one, and otherwise the earlier.
 */
export function exposeNames(targets: readonly Named[], mode: PrefixMode): NameMap {
  const withTarget = prefixed(mode, targets.length)
  const untouched = !withTarget && targets.length === 1
  const forms = targets.flatMap(({ target, names }) => names.map((name) => form(target, name, withTarget, untouched)))
  const owners = new Map<string, Exposed>()
  const claim = (wanted: Exposed): boolean => {
    if (owners.has(wanted.exposed)) return false
    owners.set(wanted.exposed, wanted)
    return true
  }
  for (const short of forms) if (short.shortened) claim(short)
  const exposed: Exposed[] = []
  const dropped: { target: TargetName; name: string; owner: TargetName }[] = []
  for (const wanted of forms) {
    const kept = keep(wanted, owners, claim)
    if (kept !== undefined) exposed.push(kept)
    else {
      const owner = owners.get(wanted.exposed)?.target ?? wanted.target
      dropped.push({ target: wanted.target, name: wanted.name, owner })
    }
  }
  return { exposed, dropped }
}

/** The form that a name of one of several targets gets if nothing is in its way; `undefined`: it needs a short form. */
export function exposedForm(target: TargetName, name: string, withTarget: boolean): Exposed | undefined {
  const whole = withTarget ? `${target}_${name}` : name
  return SAFE.test(whole) ? { target, name, exposed: whole, shortened: false } : undefined
}

/** The form that a name gets in the end; `undefined`: none is free. */
function keep(
  wanted: Exposed,
  owners: ReadonlyMap<string, Exposed>,
  claim: (wanted: Exposed) => boolean,
): Exposed | undefined {
  const owner = owners.get(wanted.exposed)
  if (owner === wanted || (owner === undefined && claim(wanted))) return wanted
  if (wanted.shortened || owner === undefined || !owner.shortened) return undefined
  const instead = { ...wanted, exposed: shorten(wanted.target, wanted.name, wanted.exposed), shortened: true }
  return claim(instead) ? instead : undefined
}

function form(target: TargetName, name: string, withTarget: boolean, untouched: boolean): Exposed {
  const whole = withTarget ? `${target}_${name}` : name
  if (untouched || SAFE.test(whole)) return { target, name, exposed: whole, shortened: false }
  return { target, name, exposed: shorten(target, name, whole), shortened: true }
}

/** Readable beginning, then six hex digits over target and name. */
export function shorten(target: TargetName, name: string, whole: string, most = nameLimit): string {
  const head = whole.replace(UNSAFE, '_').slice(0, most - HASH_LENGTH - 1)
  return `${head}_${hash('sha256', `${target}\0${name}`).slice(0, HASH_LENGTH)}`
}
