// Discriminators: an annotation in OpenAPI, made something that can be checked (reference: openapi §5).

import { placeParts } from './parts.ts'
import { Place } from './place.ts'
import { reference } from './references.ts'
import { type Translation, Use } from './use.ts'
import { type Fields, fields, isFields, list, type Mutable, own, text, texts } from './value.ts'

/**
 * Keeps the discriminator as `x-discriminator`, and lets every branch say its own name: a `const` at the property that discriminates.
 * Not where the branch says it itself: documents often rely on an `enum` there and never list the mapping.
 */
export function discriminate(
  translator: Translation,
  place: Place,
  made: Mutable,
  set: (name: string, one: unknown) => void,
): void {
  const written = fields(place.value)['discriminator']
  const property = typeof written === 'string' ? written : text(own(fields(written), 'propertyName'))
  if (property === undefined) return
  made['x-discriminator'] = typeof written === 'string' ? { propertyName: written } : written
  if (translator.side !== 'request') return
  for (const keyword of ['oneOf', 'anyOf'] as const) {
    const branches = made[keyword]
    if (!Array.isArray(branches)) continue
    const named = namesOf(translator, place, keyword)
    if (named === undefined) continue
    const checkable = branches.map((branch: unknown, index) => {
      const names = named[index]
      if (!(branch instanceof Use) || names === undefined || names.length === 0) return branch
      return new Use(branch.component, { ...branch.beside, properties: { [property]: literal(names) } })
    })
    set(keyword, translator.opened(checkable))
  }

  function namesOf(of: Translation, at: Place, keyword: string): readonly (readonly string[])[] | undefined {
    // Looked up, not searched: both lists can be as long as the document.
    const mapping = Map.groupBy(Object.entries(fields(own(fields(written), 'mapping'))), ([, to]) => to)
    const branches = list(fields(at.value)[keyword]).map((_, index) => at.at(keyword).at(index))
    if (!branches.every((branch) => isObject(of, branch))) return undefined
    return branches.map((branch) => {
      const target = reference(branch.value)
      if (target === undefined || saysItself(of, branch, property ?? '')) return []
      const name = target.split('/').at(-1) ?? ''
      const mapped = [...new Set([target, name])].flatMap((to) => (mapping.get(to) ?? []).map(([key]) => key))
      return mapped.length > 0 ? mapped : [name]
    })
  }
}

export const literal = (names: readonly string[]): Fields =>
  names.length === 1 ? { const: names[0] } : { enum: names }

function isObject({ references }: Translation, place: Place): boolean {
  for (const { value } of placeParts(place, references, ['allOf']))
    if (fields(value)['type'] === 'object' || isFields(fields(value)['properties'])) return true
  return false
}

/** Whether a branch already limits its own discriminating property. */
function saysItself({ references }: Translation, place: Place, property: string): boolean {
  for (const part of placeParts(place, references, ['allOf'])) {
    const member = part.at('properties').at(property)
    const value = fields(member.value === undefined ? undefined : references.follow(member).value)
    if (texts(value['enum']).length > 0 || value['const'] !== undefined) return true
  }
  return false
}

/** The children of a parent that maps names to them and has no branches itself: what a body of the parent's type may be. */
export function childrenOf(
  translator: Translation,
  place: Place,
): readonly { readonly names: readonly string[]; readonly place: Place }[] {
  const at = translator.references.follow(place)
  const value = fields(at.value)
  const mapping = own(fields(own(value, 'discriminator')), 'mapping')
  if (!isFields(mapping) || value['oneOf'] !== undefined || value['anyOf'] !== undefined) return []
  const children = new Map<string, string[]>()
  for (const [name, to] of Object.entries(mapping)) {
    if (typeof to !== 'string') return []
    children.set(to, [...(children.get(to) ?? []), name])
  }
  return [...children].map(([to, names]) => {
    const written =
      to.includes('/') || to.includes('#') || /\.(?:ya?ml|json)$/.test(to) ? to : `#/components/schemas/${to}`
    const child = at
      .at('discriminator')
      .at('mapping')
      .at(names[0] ?? '')
    return { names, place: new Place(child.file, { $ref: written }, child.pointer) }
  })
}
