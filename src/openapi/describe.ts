// What a model reads of an operation besides its schemas: title, description, annotations (reference: openapi §2, §3, §6).
import type { Decision } from './choices.ts'
import type { Place } from './place.ts'
import { clean, firstCharacters } from './text.ts'
import type { OperationNames } from './tool.ts'
import { type Fields, fields, own, text } from './value.ts'

const TITLE = 64

export function titleOf(place: Place, hidden: string[]): string | undefined {
  const summary = text(own(fields(place.value), 'summary'))?.trim()
  return summary === undefined || summary === '' ? undefined : firstCharacters(clean(summary, hidden), TITLE)
}

interface Describing {
  readonly names: OperationNames
  readonly place: Place
  readonly item: Place
  readonly decision: Decision
  /** Further sentences, for `descriptions: full`. */
  readonly more: readonly string[]
}

export function descriptionOf({ names, place, item, decision, more }: Describing, hidden: string[]): string {
  const written = [place, item].flatMap(({ value }) => [
    text(own(fields(value), 'description')),
    text(own(fields(value), 'summary')),
  ])
  const said =
    decision.description ??
    written.find((one) => one !== undefined && one.trim() !== '') ??
    `${names.method} ${names.path}`
  return [clean(said, hidden), ...more].join('\n\n')
}

/** What the answers mean, where the document says more than the status does. */
export function answersSaid(
  answers: readonly { readonly status: string; readonly place: Place }[],
  references: { follow(place: Place): Place },
  hidden: string[],
): string | undefined {
  const said = answers.flatMap(({ status, place }) => {
    const description = text(own(fields(references.follow(place).value), 'description'))?.trim() ?? ''
    const plain = description.replace(/\s+/g, ' ').replace(/\.$/, '')
    return plain === '' ||
      /^(?:ok|success(?:ful)?(?: \w+)?|default|default response|response|created|no content)$/i.test(plain)
      ? []
      : [`${status}: ${clean(plain, hidden).slice(0, 200)}`]
  })
  return said.length === 0 ? undefined : `Answers: ${said.join('; ')}.`
}

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE'])

/** Hints from the method (RFC 9110 §9.2); a POST destroys where its name says so. */
export function annotationsOf(
  { method, id, path }: OperationNames,
  title: string | undefined,
  extra: Fields | undefined,
): Fields {
  const name = `${id ?? ''} ${path}`.replace(/([a-z])([A-Z])/g, '$1 $2')
  const hints: Readonly<Record<string, Fields>> = {
    DELETE: { destructiveHint: true, idempotentHint: true },
    PUT: { destructiveHint: true, idempotentHint: true },
    PATCH: { destructiveHint: true },
    POST: { destructiveHint: /(?:^|[^a-z])(?:delete|remove|cancel|purge|revoke|reset)/i.test(name) },
  }
  const usual = reading.has(method) ? { readOnlyHint: true } : (hints[method] ?? {})
  return { ...(title !== undefined && { title }), ...usual, openWorldHint: true, ...extra }
}
