// `backendAuth` kind `key`: a secret that the configuration holds.
import { z } from 'zod'
import { type FileOrInline, fileOrInline } from '../../config/value.ts'
import { define } from '../../core/module.ts'
import { locationSchema } from '../authorization-location.ts'
import type { Site } from '../policy.ts'
import { insertion, type Proof } from './kind.ts'

const schema = z.union([
  fileOrInline(),
  z.strictObject({ value: fileOrInline(), location: locationSchema().nullish() }),
])

/** `key: text`, `key: {file}` or `key: {value, location}` (reference: agentgateway §7.8). */
export const key = define({
  key: 'key',
  schema,
  compile(config, site: Site): Proof | undefined {
    const { value, location } = 'value' in config ? config : { value: config, location: undefined }
    const secret = secretFrom(value, site)
    if (secret === undefined) return undefined
    const insert = insertion(location, site, ['location'])
    return { personal: false, apply: (request) => insert(request, secret) }
  },
})

/** A secret from the configuration or a file; an editor's line feed at its end is not part of it. */
export function secretFrom(value: FileOrInline, site: Site): string | undefined {
  const text = 'inline' in value ? value.inline : site.read(value.file)?.toString('utf8').trimEnd()
  if (text === '') site.problem([], 'the secret is empty', 'is the variable set that it comes from?')
  return text === '' ? undefined : text
}
