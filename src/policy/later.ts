// Keys whose values are CEL: part of the schemas, so that they are recognised, and refused until CEL is built.
import { z } from 'zod'
import { note } from '../config/schema/note.ts'

/** How a refusal of CEL reads; it continues the sentence that begins with the key. */
export const CEL_LATER = 'needs CEL, and CEL here is not built yet'

/** A key that must be absent or empty for now. */
export const celLater = () =>
  note(z.custom<null | undefined>((value) => value === undefined || value === null, CEL_LATER).optional(), {
    standing: 'not built',
    json: {},
  })
