// A document that stands in the configuration or in files: read while the configuration is compiled, watched through it.
import path from 'node:path'
import type { FileOrInline } from '../../config/value.ts'
import { fileDoor, slashed } from '../../openapi/files.ts'
import type { Limits } from '../../openapi/limits.ts'
import { type DocumentPlace, type Door, type Library, load } from '../../openapi/load.ts'
import { type Loss, sentence } from '../../openapi/loss.ts'
import { fetchDoor } from './openapi-door.ts'
import { printOf } from './openapi-print.ts'
import type { TargetSite } from './site.ts'

export interface LocalOptions {
  readonly limits: Partial<Limits>
  /** Origins that references of the document may lead to. */
  readonly origins: readonly string[]
}

export interface LocalDocument {
  readonly library: Library
  /** What it was made of. */
  readonly print: string
}

/** Reads it with all files that it refers to; `undefined`: it cannot be used, and that has been reported. */
export async function readLocal(
  from: FileOrInline,
  site: TargetSite,
  { limits, origins }: LocalOptions,
): Promise<LocalDocument | undefined> {
  const texts: string[] = []
  const place = 'inline' in from ? inline(from.inline, texts) : rooted(from.file, site, texts)
  if (place === undefined) return undefined
  const door: Door = {
    ...(place.kind === 'file' && {
      file: fileDoor(
        place.path,
        (file) => site.read(file),
        (asked, content) => texts.push(asked, content.toString('latin1')),
      ),
    }),
    fetch: fetchDoor({ site, named: origins, secure: undefined, seen: (text) => texts.push(text) }),
  }
  const loading = await load(place, door, { limits, otherOrigins: origins })
  if (loading.kind === 'loaded') return { library: loading.library, print: printOf(texts) }
  if (loading.kind === 'refused') reportRefusal(loading.loss, site)
  return undefined
}

export function reportRefusal(loss: Loss, site: Pick<TargetSite, 'problem'>): void {
  site.problem(['schema'], `the document cannot be used: ${sentence({ ...loss, fix: undefined })}`, loss.fix)
}

function inline(source: string, texts: string[]): DocumentPlace {
  texts.push(source)
  return { kind: 'text', source, name: 'schema' }
}

type FilePlace = DocumentPlace & { readonly kind: 'file' }

function rooted(file: string, site: TargetSite, texts: string[]): FilePlace | undefined {
  const content = site.read(file)
  if (content === undefined) return undefined
  texts.push(content.toString('latin1'))
  return { kind: 'file', path: slashed(path.resolve(file)), name: file }
}
