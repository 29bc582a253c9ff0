// THE list of ways in which something that was pinned can differ, each with its code and how serious it is.
import type { Severity } from './finding.ts'

interface ChangeRow {
  /** Permanent: documents and filters hold on to it. */
  readonly code: `PN-${number}`
  readonly severity: Severity
  readonly says: string
}

/**
 * What a change means for whoever has to approve it (reference/security.md §1.3 C6, §2.6). From `medium` on a model may act
 * otherwise than before; `low` is worth a look; `info` changes nothing that anybody reads.
 */
export const changes = {
  reordered: { code: 'PN-700', severity: 'info', says: 'the same in another order' },
  volatile: { code: 'PN-701', severity: 'info', says: 'a size or date that changes by itself' },
  'server-version': { code: 'PN-702', severity: 'info', says: 'the server has another version' },
  cosmetic: { code: 'PN-703', severity: 'low', says: 'only white space or notation differs' },
  'icons-changed': { code: 'PN-704', severity: 'low', says: 'other icons are shown' },
  'title-changed': { code: 'PN-710', severity: 'medium', says: 'the title is another one' },
  'description-changed': { code: 'PN-711', severity: 'medium', says: 'the description is another one' },
  'parameter-text-changed': { code: 'PN-712', severity: 'medium', says: 'text about a parameter is another one' },
  'hidden-text-added': { code: 'PN-713', severity: 'critical', says: 'characters or text that people do not see' },
  'address-added': { code: 'PN-714', severity: 'high', says: 'an address that was not there before' },
  'optional-added': { code: 'PN-720', severity: 'medium', says: 'a new parameter that may be left out' },
  'required-added': { code: 'PN-721', severity: 'high', says: 'a parameter that must be given now' },
  'parameter-removed': { code: 'PN-722', severity: 'medium', says: 'a parameter is gone' },
  widened: { code: 'PN-723', severity: 'medium', says: 'more is accepted than before' },
  narrowed: { code: 'PN-724', severity: 'low', says: 'less is accepted than before' },
  'type-changed': { code: 'PN-725', severity: 'medium', says: 'something else is accepted than before' },
  'default-changed': { code: 'PN-726', severity: 'medium', says: 'the default is another one' },
  'example-changed': { code: 'PN-727', severity: 'medium', says: 'the examples are other ones' },
  'enum-changed': { code: 'PN-728', severity: 'medium', says: 'the values to choose from are other ones' },
  destructive: { code: 'PN-730', severity: 'high', says: 'it may destroy what it could only read or add to' },
  'hint-relaxed': { code: 'PN-731', severity: 'high', says: 'it claims to be more harmless than before' },
  'annotation-changed': { code: 'PN-732', severity: 'medium', says: 'the annotations are other ones' },
  'output-changed': { code: 'PN-740', severity: 'medium', says: 'the output schema is another one' },
  'meta-changed': { code: 'PN-741', severity: 'medium', says: 'a further member is another one' },
  'server-identity': { code: 'PN-750', severity: 'high', says: 'another server answers' },
  'instructions-changed': { code: 'PN-751', severity: 'high', says: 'the instructions to models are other ones' },
  'origin-changed': { code: 'PN-752', severity: 'high', says: 'the server is somewhere else' },
  added: { code: 'PN-760', severity: 'medium', says: 'it is new' },
  removed: { code: 'PN-761', severity: 'low', says: 'it is gone' },
  renamed: { code: 'PN-762', severity: 'medium', says: 'the same thing under another name' },
} as const satisfies { readonly [kind: string]: ChangeRow }

export type ChangeKind = keyof typeof changes
// The table is not empty: its keys are its kinds.
export const changeKinds = Object.keys(changes) as [ChangeKind, ...ChangeKind[]]

/** One difference, and where it is. */
export interface Change {
  readonly kind: ChangeKind
  readonly code: string
  readonly severity: Severity
  /** JSON Pointer (RFC 6901) into the definition; empty: the whole. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** A row of the table at a place. What was or is absent is left out. */
export function changeAt(kind: ChangeKind, path: string, before: unknown, after: unknown): Change {
  const { code, severity } = changes[kind]
  return {
    kind,
    code,
    severity,
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }
}

/** What is never a reason to ask anybody. */
export const isDrift = ({ kind }: Pick<Change, 'kind'>): boolean => kind !== 'reordered' && kind !== 'volatile'
