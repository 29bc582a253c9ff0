// What `$ref` leads to: lazily, through files, with its own place. Never a copy, never a fetch.

import { nearestWord } from '../core/suggest.ts'
import type { Limits } from './limits.ts'
import type { Library } from './load.ts'
import { absolute } from './load.ts'
import type { Loss, LossCode } from './loss.ts'
import { Place, type SourceFile } from './place.ts'
import { isFields, own, text, token } from './value.ts'

/** Something that spoils what uses it, and where that stands. Caught by whoever can go on without it. */
export class Broken extends Error {
  override readonly name = 'Broken'
  readonly code: LossCode
  readonly place: Place
  readonly fix: string | undefined

  constructor(place: Place, code: LossCode, problem: string, fix?: string) {
    super(problem)
    this.place = place
    this.code = code
    this.fix = fix
  }
}

/**
 * The text of `$ref`, where the value is a reference. A dynamic one is taken for a static one: in a document of one author both
 * lead to the same schema.
 */
export const reference = (value: unknown): string | undefined =>
  isFields(value) ? (text(own(value, '$ref')) ?? text(own(value, '$dynamicRef'))) : undefined

export class References {
  readonly root: Place
  readonly #files = new Map<string, SourceFile | Loss>()
  readonly #limits: Limits
  readonly #targets = new Map<SourceFile, Map<string, Place>>()
  readonly #names = new Map<SourceFile, ReadonlyMap<string, Place>>()

  constructor({ root, files }: Library, limits: Limits) {
    this.root = new Place(root, root.value, '')
    this.#limits = limits
    for (const [url, file] of files) this.#files.set(url, file)
    // 3.2: the document names itself, and its references are relative to that name.
    const self = isFields(root.value) ? text(own(root.value, '$self')) : undefined
    const url = self === undefined ? undefined : absolute(self, root.base)
    if (url !== undefined) this.#files.set(url, root)
  }

  /** What is meant, through as many references as it takes. */
  follow(place: Place): Place {
    let at = place
    for (let hops = 0; ; hops++) {
      if (reference(at.value) === undefined) return at
      if (hops >= this.#limits.references)
        throw new Broken(
          place,
          'openapi.reference',
          `a chain of more than references: ${this.#limits.references}, or one that leads back to itself`,
        )
      at = this.target(at)
    }
  }

  /** What one `$ref` names. The same place for every reference to it. */
  target(at: Place): Place {
    const written = reference(at.value) ?? ''
    const resource = this.#resource(written, at)
    const mark = written.indexOf('#')
    const fragment = mark < 0 ? '' : decoded(written.slice(mark + 1))
    const key = `${resource.pointer}#${fragment}`
    const known = this.#targets.get(resource.file) ?? new Map<string, Place>()
    this.#targets.set(resource.file, known)
    const before = known.get(key)
    if (before !== undefined) return before
    const found =
      fragment === '' || fragment.startsWith('/')
        ? this.#walk(resource, fragment, at)
        : this.#named(resource.file, fragment, at)
    known.set(key, found)
    return found
  }

  /** The file that a reference names, or the schema in this one that has given itself the name. */
  #resource(written: string, at: Place): Place {
    const whole = new Place(at.file, at.file.value, '')
    if (written.startsWith('#')) return whole
    const url = absolute(written, at.file.base)
    if (url === at.file.base) return whole
    const file = url === undefined ? undefined : this.#files.get(url)
    if (file === undefined) return this.#named(at.file, url ?? written, at)
    if ('code' in file) throw new Broken(at, file.code, `"${written}": ${file.problem}`)
    return new Place(file, file.value, '')
  }

  #walk(resource: Place, pointer: string, from: Place): Place {
    let at = resource
    for (const one of pointer.split('/').slice(1)) {
      const name = one.replaceAll('~1', '/').replaceAll('~0', '~')
      const next = at.at(name)
      if (next.value === undefined) throw nowhere(from, at, name)
      at = next
    }
    return at
  }

  /** By `$anchor`, `$dynamicAnchor` or `$id`: looked for only where somebody uses one. */
  #named(file: SourceFile, name: string, from: Place): Place {
    const names = this.#names.get(file) ?? namesIn(file)
    this.#names.set(file, names)
    const found = names.get(name)
    if (found !== undefined) return found
    throw new Broken(from, 'openapi.reference', `"${reference(from.value) ?? ''}" names nothing in ${file.name}`)
  }
}

function nowhere(from: Place, at: Place, name: string): Broken {
  const written = reference(from.value) ?? ''
  const near = isFields(at.value) ? nearestWord(name, Object.keys(at.value)) : undefined
  const problem = `"${written}" leads nowhere: there is no ${token(name)} at #${at.pointer} of ${at.file.name}`
  return new Broken(from, 'openapi.reference', problem, near === undefined ? undefined : `nearest: ${near}`)
}

function decoded(fragment: string): string {
  if (!fragment.includes('%')) return fragment
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

function namesIn(file: SourceFile): ReadonlyMap<string, Place> {
  const names = new Map<string, Place>()
  const seen = new Set<object>()
  const walk = (place: Place): void => {
    const { value } = place
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (isFields(value)) {
      for (const key of ['$anchor', '$dynamicAnchor']) {
        const name = text(own(value, key))
        if (name !== undefined && !names.has(name)) names.set(name, place)
      }
      const id = text(own(value, '$id'))
      const url = id === undefined ? undefined : absolute(id, file.base)
      if (url !== undefined && !names.has(url)) names.set(url, place)
    }
    for (const [, inside] of place.members()) walk(inside)
  }
  walk(new Place(file, file.value, ''))
  return names
}
