// Everything a server offers, pinned and now: what changed, what is new, what is gone, what only goes by another name.

import { rank, type Severity } from './finding.ts'
import { inOrder, keyText, type Pin, type PinKey } from './pin.ts'
import type { Change, ChangeKind } from './pin-change.ts'
import { changeAt } from './pin-change.ts'
import { bodyText, diff, drift, worst } from './pin-diff.ts'

/** What has become of one thing. */
export interface Drift extends PinKey {
  /** Digest of now, to be approved; `undefined`: there is nothing to approve, it is gone. */
  readonly digest: string | undefined
  readonly severity: Severity
  /** Most serious first; never empty. */
  readonly changes: readonly Change[]
  /** The name that the same thing had when it was pinned. */
  readonly formerly?: string
}

/**
 * Differences between what is pinned and what there is, the most serious first; empty: nothing that anybody has to agree to. Of
 * the same servers both: pins of servers that have not been asked are no removals.
 */
export function drifts(
  pinned: Iterable<Pin>,
  now: Iterable<Pin>,
  accepted: ReadonlySet<ChangeKind> = new Set(),
): readonly Drift[] {
  const before = new Map([...pinned].map((pin) => [keyText(pin), pin]))
  const after = new Map([...now].map((pin) => [keyText(pin), pin]))
  const gone = [...before].flatMap(([key, pin]) => (after.has(key) ? [] : [pin]))
  const found: Drift[] = []
  for (const [key, pin] of after) {
    const old = before.get(key)
    if (old === undefined) found.push(arrival(pin, gone))
    else if (old.digest !== pin.digest) {
      const changes = drift(diff(pin.kind, old.definition, pin.definition), accepted)
      if (changes.length > 0) found.push(drifted(pin, pin.digest, changes))
    }
  }
  const renamed = new Set(
    found.flatMap((each) => (each.formerly === undefined ? [] : [keyText({ ...each, name: each.formerly })])),
  )
  for (const pin of gone)
    if (!renamed.has(keyText(pin))) found.push(drifted(pin, undefined, [changeAt('removed', '', undefined, undefined)]))
  const wanted = found.filter(({ changes }) => changes.some(({ kind }) => !accepted.has(kind)))
  return wanted.toSorted((a, b) => rank(b.severity) - rank(a.severity) || inOrder(a, b))
}

const drifted = ({ target, kind, name }: PinKey, digest: string | undefined, changes: readonly Change[]): Drift => ({
  target,
  kind,
  name,
  digest,
  severity: worst(changes),
  changes,
})

/** Something that was not pinned: new, or what had another name. */
function arrival(pin: Pin, gone: readonly Pin[]): Drift {
  const body = bodyText(pin.definition)
  const former = gone.find(
    (old) =>
      old.target === pin.target && old.kind === pin.kind && body !== undefined && bodyText(old.definition) === body,
  )
  if (former === undefined) return drifted(pin, pin.digest, [changeAt('added', '', undefined, undefined)])
  const change = changeAt('renamed', '', former.name, pin.name)
  return { ...drifted(pin, pin.digest, [change]), formerly: former.name }
}
