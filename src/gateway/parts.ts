// Schemas of all modules that exist, for the room that reads configurations.
import type { Parts } from '../config/schema/keys.ts'
import { policies } from '../policy/index.ts'
import { backends } from './backends.ts'

/** What the configuration schema is assembled from. */
export const parts: Parts = {
  policies: Object.fromEntries(policies.map(({ key, schema }) => [key, schema])),
  backends: Object.fromEntries(backends.map(({ key, schema }) => [key, schema])),
}
