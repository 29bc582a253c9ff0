// Values that may stand in the configuration or elsewhere: in a file, at an address.
import { z } from 'zod'
import { scalar } from './schema/scalar.ts'

/** Text, or the file that holds it. */
export type FileOrInline = { readonly inline: string } | { readonly file: string }
/** Text, or where it can be had. */
export type FileInlineOrRemote = FileOrInline | { readonly url: string }

const text = { type: 'string' } as const
const keyed = (key: string): object => ({
  type: 'object',
  properties: { [key]: text },
  required: [key],
  additionalProperties: false,
})

/** `text` or `{ file: … }` (reference: agentgateway §1.1). */
export const fileOrInline = (): z.ZodType<FileOrInline> =>
  scalar({
    read: (value) => (typeof value === 'string' ? { inline: value } : fileOf(value)),
    complaint: 'must be text, or `file:` with a file name',
    json: { anyOf: [text, keyed('file')] },
  })

/** `text`, `{ file: … }` or `{ url: … }` (reference: agentgateway §1.1). */
export const fileInlineOrRemote = (): z.ZodType<FileInlineOrRemote> =>
  scalar<FileInlineOrRemote>({
    read: (value) => {
      if (typeof value === 'string') return { inline: value }
      const url = only(value, 'url')
      return url !== undefined && URL.canParse(url) ? { url } : fileOf(value)
    },
    complaint: 'must be text, `file:` with a file name, or `url:` with an address',
    json: { anyOf: [text, keyed('file'), keyed('url')] },
  })

function fileOf(value: unknown): { readonly file: string } | undefined {
  const file = only(value, 'file')
  return file === undefined || file === '' ? undefined : { file }
}

/** The text under `key`, when that is all there is. */
function only(value: unknown, key: string): string | undefined {
  const parsed = z.strictObject({ [key]: z.string() }).safeParse(value)
  return parsed.success ? parsed.data[key] : undefined
}
