// JSON Schema of the configuration, for editors: made of the same schemas that check it.
import { z } from 'zod'
import type { Parts } from './schema/keys.ts'
import { ownNote } from './schema/note.ts'
import { rootSchema } from './schema.ts'

/** A JSON Schema (draft 2020-12) that completes and checks a configuration while it is written. */
export function jsonSchema(parts: Parts): object {
  return { title: 'Toolgate configuration', ...generate(rootSchema(parts)) }
}

function generate(schema: z.core.$ZodType): object {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: target }) => {
      const { json, layers, standing, say } = ownNote(zodSchema)
      if (json !== undefined) {
        for (const key of Object.keys(target)) Reflect.deleteProperty(target, key)
        Object.assign(target, json)
      }
      if (layers !== undefined) Object.assign(target, layered(layers))
      if (standing === 'not built') target.description = 'Read, but not built in this version.'
      else if (say !== undefined) target.description = `${say.charAt(0).toUpperCase()}${say.slice(1)}.`
    },
  })
  return made
}

/** Several shapes on top of each other allow the keys of all of them. */
function layered(layers: readonly z.core.$ZodType[]): object {
  const properties: { [key: string]: unknown } = {}
  const required = new Set<string>()
  for (const layer of layers) {
    const made = z.looseObject({
      properties: z.record(z.string(), z.unknown()).optional(),
      required: z.array(z.string()).optional(),
    })
    const { properties: own = {}, required: needed = [] } = made.parse(generate(layer))
    Object.assign(properties, own)
    for (const key of needed) required.add(key)
  }
  return { type: 'object', properties, required: [...required], additionalProperties: false }
}
