// `toolgate policy test`: cases written beside a configuration must come out as they say. For people while they write, and for CI.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathText } from '../config/problems.ts'
import type { Path } from '../core/module.ts'
import {
  type Expectation,
  readCases,
  type Sheet,
  type WrittenCase,
  type WrittenCases,
} from '../policy/explain-cases.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { contentOf, type Identity, identitiesIn, unusable, usable, writtenIdentities } from './policy-callers.ts'
import { openRulebook, type Place, type Rulebook } from './policy-config.ts'
import { explained } from './policy-explain.ts'
import { oneOf, placesFor, type Request, type ServerItem, type Wanted } from './policy-items.ts'
import { explanationText, type Told, verdictWords } from './policy-text.ts'
import { jsonDocument, marks, oneLine, painter } from './terminal.ts'

/** One thing that must come out in one way for one caller. */
interface Case {
  readonly name: string
  readonly at: Path
  readonly identity: string
  readonly wanted: Wanted | undefined
  readonly route: string | undefined
  readonly written: Pick<WrittenCase, 'args' | 'taint' | 'method' | 'path' | 'headers'>
  readonly expect: Expectation
  readonly rule: string | undefined
}

interface Outcome {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly expect: Expectation
  readonly told: Told
  /** What is wrong; `undefined`: nothing. */
  readonly wrong: string | undefined
}

const ENDING = /\.policy-test\.ya?ml$/

/** 0: all cases pass, 1: one fails, 3: the cases cannot be read. */
export async function runCases(args: Arguments, io: Io): Promise<number> {
  const [, ...named] = args.words
  const files = named.length > 0 ? named : await filesHere(io.cwd)
  const started = performance.now()
  const outcomes: Outcome[] = []
  for (const file of files) outcomes.push(...(await outcomesOf(file, args, io)))
  const failed = outcomes.filter(({ wrong }) => wrong !== undefined)
  if (args.value('format') === 'json') io.stdout.write(jsonDocument(asJson(outcomes, failed.length)))
  else print(outcomes, files, performance.now() - started, io)
  return failed.length === 0 ? exit.fine : exit.no
}

async function filesHere(folder: string): Promise<readonly string[]> {
  const found = (await readdir(folder)).filter((name) => ENDING.test(name)).toSorted()
  if (found.length > 0) return found
  throw new CommandError(exit.usage, 'there are no cases here: no file ends in .policy-test.yaml', {
    hint: 'toolgate policy test PATH/TO/cases.policy-test.yaml',
  })
}

async function outcomesOf(file: string, args: Arguments, io: Io): Promise<readonly Outcome[]> {
  const sheet = readCases(await contentOf(file, io.cwd), file, io.env)
  const value = usable(sheet, file, io)
  const folder = path.dirname(file)
  const config = args.value('file') ?? path.join(folder, value.config ?? 'toolgate.yaml')
  const book = await openRulebook(config, io)
  const identities = new Map((await identitiesOf(value, folder, io)).map((one) => [one.name, one]))
  const cases = [...casesIn(value), ...tableIn(value)]
  const strangers = cases.filter(({ identity }) => !identities.has(identity) && identity !== 'nobody')
  if (strangers.length > 0) {
    const known = [...identities.keys()].join(', ') || 'none'
    const problems = strangers.map(({ at, identity }) =>
      sheet.problem(at, `there is no identity \`${identity}\`; known: ${known}`),
    )
    throw unusable(file, problems, io)
  }
  return cases.map((one) => outcome(one, { file, book, sheet, identity: identities.get(one.identity) ?? nobody, io }))
}

const nobody: Identity = { name: 'nobody', caller: {}, headers: {} }

async function identitiesOf(value: WrittenCases, folder: string, io: Io): Promise<readonly Identity[]> {
  const from = value.identitiesFrom ?? undefined
  const shared = from === undefined ? [] : await identitiesIn(path.join(folder, from), io)
  return [...shared, ...(await writtenIdentities(value.identities ?? {}, path.resolve(io.cwd, folder), io))]
}

const several = (names: string | readonly string[] | null | undefined): readonly string[] =>
  names === null || names === undefined ? [] : typeof names === 'string' ? [names] : names

/** Each of the callers with each of the things. */
function casesIn(value: WrittenCases): readonly Case[] {
  return (value.cases ?? []).flatMap((written, index) => {
    const things = (['tool', 'prompt', 'resource', 'task'] as const).flatMap((kind) =>
      several(written[kind]).map((name): Wanted => ({ kind, name })),
    )
    const route = written.route ?? value.route ?? undefined
    return several(written.as).flatMap((identity) =>
      (things.length === 0 ? [undefined] : things).map(
        (wanted): Case => ({
          name: written.name ?? titleOf(identity, wanted, written),
          at: ['cases', index],
          identity,
          wanted,
          route,
          written,
          expect: written.expect,
          rule: written.rule ?? undefined,
        }),
      ),
    )
  })
}

function tableIn({ table, route }: WrittenCases): readonly Case[] {
  return Object.entries(table ?? {}).flatMap(([tool, row]) =>
    Object.entries(row).map(([identity, expect]): Case => {
      const wanted = { kind: 'tool', name: tool } as const
      const name = titleOf(identity, wanted, { expect })
      const at = ['table', tool, identity]
      return { name, at, identity, wanted, route: route ?? undefined, written: {}, expect, rule: undefined }
    }),
  )
}

const verbs = { allow: 'may use', deny: 'may not use', depends: 'may perhaps use' } as const

function titleOf(
  identity: string,
  wanted: Wanted | undefined,
  { expect, args, method, path: at }: Pick<WrittenCase, 'expect' | 'args' | 'method' | 'path'>,
): string {
  const what = wanted?.name ?? `${method ?? 'GET'} ${at ?? ''}`
  const input = args === null || args === undefined ? '' : ` with ${JSON.stringify(args)}`
  return `${identity} ${verbs[expect]} ${what}${input}`
}

interface Around {
  readonly file: string
  readonly book: Rulebook
  readonly sheet: Sheet<WrittenCases>
  readonly identity: Identity
  readonly io: Io
}

function outcome(one: Case, around: Around): Outcome {
  const { file, book, sheet, identity } = around
  const { written, expect, name } = one
  const lower = Object.entries(written.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value])
  const headers = { ...identity.headers, ...Object.fromEntries(lower) }
  const taint = written.taint ?? undefined
  const where = { method: written.method ?? undefined, path: written.path ?? undefined }
  const request = { ...where, headers, ...(taint !== undefined && { taint }) }
  const input = written.args ?? undefined
  const told = explained(book, {
    ...found(one, request, around),
    identity,
    request,
    ...(input !== undefined && { input }),
  })
  return { file, line: sheet.lineOf(one.at), name, expect, told, wrong: wrongWith(one, told) }
}

interface Found {
  readonly place: Place
  readonly item: ServerItem | undefined
}

/** A case about something that cannot be there is a mistake in the cases: it is shown where it stands. */
function found(one: Case, request: Request, { book, sheet, file, io }: Around): Found {
  try {
    const places = placesFor(book, one.route, request)
    if (one.wanted !== undefined) return oneOf(book, places, one.wanted)
    const [place] = places
    if (place === undefined) throw new CommandError(exit.usage, 'there is no route')
    return { place, item: undefined }
  } catch (thrown) {
    if (!(thrown instanceof CommandError)) throw thrown
    const hint = thrown.hint === undefined ? '' : ` (${thrown.hint})`
    throw unusable(file, [sheet.problem(one.at, `${thrown.message}${hint}`)], io)
  }
}

function wrongWith({ expect, rule }: Case, { answer }: Told): string | undefined {
  if (answer.verdict !== expect) return `expected ${verdictWords[expect]}, and it is ${verdictWords[answer.verdict]}`
  if (rule === undefined) return undefined
  const decided = answer.explanation.decidedBy?.decision.rule
  if (decided === undefined || answer.gate !== undefined)
    return `expected that \`${rule}\` settles it, and no rule does`
  const at = pathText(decided.path)
  if (at.endsWith(rule) || at.replace(/\.(?:allow|deny|require)$/, '').endsWith(rule)) return undefined
  if (decided.source.trim() === rule.trim()) return undefined
  return `expected that \`${rule}\` settles it, and \`${at}\` does`
}

function print(outcomes: readonly Outcome[], files: readonly string[], tookMs: number, io: Io): void {
  const look = { paint: painter(io.stdout, io.env), marks: marks(io) }
  for (const { file, line, name, wrong, told } of outcomes) {
    if (wrong === undefined) {
      io.stdout.write(`${look.paint('green', look.marks.yes)} ${oneLine(name)}\n`)
      continue
    }
    const explanation = explanationText(told, look).replace(/^(?=.)/gm, '    ')
    const head = `${look.paint('red', look.marks.no)} ${oneLine(name)}\n    ${oneLine(wrong)}   ${file}:${line}`
    io.stdout.write(`${head}\n${explanation}`)
  }
  const failed = outcomes.filter(({ wrong }) => wrong !== undefined).length
  const sum = `${outcomes.length} cases: ${outcomes.length - failed} pass, ${failed} fail`
  const where = files.length === 1 ? '' : `   ${files.length} files`
  const line = `${sum}${where}   ${(tookMs / 1_000).toFixed(2)} s\n`
  io.stdout.write(look.paint(failed === 0 ? 'green' : 'red', line))
}

function asJson(outcomes: readonly Outcome[], failed: number): object {
  return {
    version: 1,
    passed: outcomes.length - failed,
    failed,
    cases: outcomes.map(({ file, line, name, expect, wrong, told }) => ({
      file,
      line,
      name,
      ok: wrong === undefined,
      expected: verdictWords[expect],
      verdict: verdictWords[told.answer.verdict],
      ...(wrong !== undefined && { wrong }),
    })),
  }
}
