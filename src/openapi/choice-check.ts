// The configuration's say about parameters, held against the document: every name must be there, every value must fit.

import { nearestWord } from '../core/suggest.ts'
import type { Body } from './bodies.ts'
import { Checks } from './check.ts'
import { checking, WRONG } from './checking.ts'
import type { Decision } from './choices.ts'
import { type Budget, Definitions } from './definitions.ts'
import { memberSchema, requiredMembers } from './input.ts'
import { memberNames } from './members.ts'
import type { Found } from './operations.ts'
import type { Parameter } from './parameters.ts'
import type { BodyPlan, Field } from './plan.ts'
import { Broken } from './references.ts'
import type { Translator } from './schema.ts'
import type { ParameterChoice, Pattern } from './tool.ts'
import { fields } from './value.ts'

export interface SplitChoices {
  readonly parameters: ReadonlyMap<Parameter, ParameterChoice>
  readonly members: ReadonlyMap<string, ParameterChoice>
}

interface Input {
  readonly parameters: readonly Parameter[]
  readonly body: Body | undefined
}

/** Which choice is meant for which parameter, and which for a member of the body. */
export function splitChoices(
  { parameters: choices, row }: Decision,
  { parameters, body }: Input,
  { place }: Found,
): SplitChoices {
  const chosen = new Map<Parameter, ParameterChoice>()
  const members = new Map<string, ParameterChoice>()
  for (const [key, choice] of choices) {
    const [where, ...rest] = key.split('.')
    const exact = parameters.filter((one) => one.in === where && one.name === rest.join('.'))
    const found = exact.length > 0 ? exact : parameters.filter((one) => one.name === key)
    const [first, second] = found
    if (second !== undefined)
      throw new Broken(
        place,
        'openapi.tools',
        `tools[${row}].parameters: several parameters are called "${key}"`,
        `write ${found.map((one) => `${one.in}.${one.name}`).join(' or ')}`,
      )
    if (first !== undefined) chosen.set(first, choice)
    else if (body !== undefined) members.set(where === 'body' && rest.length > 0 ? rest.join('.') : key, choice)
    else
      throw new Broken(
        place,
        'openapi.tools',
        `tools[${row}].parameters: the operation has no parameter "${key}"`,
        nearest(
          key,
          parameters.map((one) => one.name),
        ),
      )
  }
  return { parameters: chosen, members }
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const word = nearestWord(name, known)
  return word === undefined ? undefined : `nearest: ${word}`
}

interface Checked {
  readonly request: Translator
  readonly found: Found
  readonly pattern: ((source: string) => Pattern | undefined) | undefined
  readonly budget: Budget
}

/** Throws `Broken` for a value that the document does not allow, and for hiding what must be sent. */
export function checkedChoices(
  all: readonly Field[],
  body: BodyPlan | undefined,
  { parameters, members }: SplitChoices,
  checked: Checked,
): void {
  if (parameters.size === 0 && members.size === 0) return
  for (const field of all) {
    const { given, name, required, offered, schema } = field
    if (given !== undefined) fit(given.value, schema, name, checked)
    else if (!offered && required) throw hides(name, checked)
  }
  if (members.size === 0 || body === undefined) return
  const { place } = checked.found
  const schema = body.types[body.preferred]?.schema
  const known = memberNames(bodyOf(checked))
  for (const [name, { fixed, default: standard, hidden }] of members) {
    if (!known.includes(name))
      throw new Broken(place, 'openapi.tools', `the body has no member "${name}"`, nearest(name, known))
    const member = memberSchema(bodyOf(checked), name) ?? memberSchema(schema, name) ?? true
    const value = fixed ?? standard
    if (value !== undefined) fit(value, member, name, checked)
    else if (hidden === true && requiredMembers(bodyOf(checked)).includes(name)) throw hides(name, checked)
  }
}

const hides = (name: string, { found }: Checked): Broken =>
  new Broken(
    found.place,
    'openapi.tools',
    `"${name}" is hidden, and the operation needs it`,
    'give it a fixed value or a default',
  )

/** The body's schema as the document has it, before choices took members away. */
function bodyOf({ request, found }: Checked): unknown {
  const content = request.references.follow(found.place.at('requestBody')).at('content')
  const [first] = content.members()
  if (first !== undefined) return request.schema(request.references.follow(first[1]).at('schema'))
  for (const [, one] of found.place.at('parameters').members()) {
    const at = request.references.follow(one)
    if (fields(at.value)['in'] === 'body') return request.schema(at.at('schema'))
  }
  const form = [...found.place.at('parameters').members()]
    .map(([, one]) => request.references.follow(one))
    .filter(({ value }) => fields(value)['in'] === 'formData')
  return { properties: Object.fromEntries(form.map((at) => [String(fields(at.value)['name']), request.schema(at)])) }
}

function fit(value: unknown, schema: unknown, name: string, { request, found, pattern, budget }: Checked): void {
  const definitions = new Definitions(request, false, budget)
  definitions.count(schema)
  const written = definitions.write(schema)
  const c = checking()
  if (new Checks(definitions.definitions ?? {}, pattern).compile(written)(value, c) !== WRONG) return
  throw new Broken(
    found.place,
    'openapi.tools',
    `the value that is chosen for "${name}"${c.at === '' ? '' : ` at ${c.at}`} ${c.problem}`,
  )
}
