// What people write down about who may do what: identities, and cases that must come out as they say. Reads and checks it.
import { z } from 'zod'
import { complaints } from '../config/check.ts'
import type { Env } from '../config/expand.ts'
import type { Located } from '../config/problems.ts'
import { read } from '../config/read.ts'
import type { Path } from '../core/module.ts'

const fields = z.record(z.string(), z.unknown())
const names = z.union([z.string(), z.array(z.string()).min(1)])

/** Somebody who calls, as the policies that find out who is calling would have it. Empty: nobody. */
const identity = z.strictObject({
  claims: fields.nullish(),
  /** A file of claims (JSON), beside this one. */
  claimsFrom: z.string().nullish(),
  /** Metadata of an API key. */
  apiKey: fields.nullish(),
  user: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
})

export type WrittenIdentity = z.output<typeof identity>

const identities = z.record(z.string(), identity.nullish())

const identitiesSchema = z.strictObject({ identities })

const expectation = z.enum(['allow', 'deny', 'depends'])

export type Expectation = z.output<typeof expectation>

const itemKinds = ['tool', 'prompt', 'resource', 'task'] as const

const testCase = z
  .strictObject({
    name: z.string().nullish(),
    as: names,
    tool: names.nullish(),
    prompt: names.nullish(),
    resource: names.nullish(),
    task: names.nullish(),
    args: fields.nullish(),
    /** Labels that the session has met (`session.taint`); without, nobody knows. */
    taint: z.array(z.string()).nullish(),
    method: z.string().nullish(),
    path: z.string().nullish(),
    headers: z.record(z.string(), z.string()).nullish(),
    route: z.string().nullish(),
    expect: expectation,
    /** The rule that must have settled it: the end of its place in the configuration, or its text. */
    rule: z.string().nullish(),
  })
  .check(({ value, issues }) => {
    const given = itemKinds.filter((kind) => (value[kind] ?? undefined) !== undefined)
    const report = (message: string): number => issues.push({ code: 'custom', message, input: value })
    if (given.length > 1) report(`can be about one kind of thing, not ${given.join(' and ')}`)
    if (given.length === 0 && (value.path ?? undefined) === undefined)
      report('needs one of `tool`, `prompt`, `resource`, `task`, or `path` for a plain request')
    if ((value.args ?? undefined) !== undefined && given[0] !== 'tool') report('has `args`, which only tools have')
  })

export type WrittenCase = z.output<typeof testCase>

const casesSchema = z
  .strictObject({
    /** The configuration, beside this file. */
    config: z.string().nullish(),
    route: z.string().nullish(),
    identities: identities.nullish(),
    /** A file of identities, beside this one. */
    identitiesFrom: z.string().nullish(),
    cases: z.array(testCase).nullish(),
    /** Tool → identity → what must come out. */
    table: z.record(z.string(), z.record(z.string(), expectation)).nullish(),
  })
  .check(({ value, issues }) => {
    const empty = (value.cases ?? []).length === 0 && Object.keys(value.table ?? {}).length === 0
    if (empty) issues.push({ code: 'custom', message: 'needs `cases` or a `table`', input: value })
  })

export type WrittenCases = z.output<typeof casesSchema>

/** What a file says, as far as nothing is wrong with it. */
export interface Sheet<T> {
  /** `undefined`: it cannot be used. */
  readonly value: T | undefined
  readonly problems: readonly Located[]
  lineOf(at: Path): number
  /** Something that is wrong with it beyond its schema. */
  problem(at: Path, message: string): Located
}

/** A file of identities. */
export const readIdentities = (text: string, file: string, env: Env): Sheet<z.output<typeof identitiesSchema>> =>
  sheetOf({ text, file, env }, identitiesSchema)

/** A file of cases: `toolgate.policy-test.yaml`. */
export const readCases = (text: string, file: string, env: Env): Sheet<WrittenCases> =>
  sheetOf({ text, file, env }, casesSchema)

interface Written {
  readonly text: string
  readonly file: string
  readonly env: Env
}

function sheetOf<S extends z.ZodType>({ text, file, env }: Written, schema: S): Sheet<z.output<S>> {
  const reading = read(text, file, env)
  const checked = schema.safeParse(reading.value ?? {})
  const found = complaints(schema, checked.error, reading.value, []).map((one) => ({
    ...one,
    file,
    ...reading.locate(one.path),
  }))
  const problems = reading.problems.length > 0 ? reading.problems : found
  return {
    value: problems.length > 0 ? undefined : checked.data,
    problems,
    lineOf: (at) => reading.locate(at).line,
    problem: (path, message) => ({
      code: 'policy.cases',
      severity: 'error',
      path,
      message,
      file,
      ...reading.locate(path),
    }),
  }
}
