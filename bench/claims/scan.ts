// What the scan of definitions and answers costs: tools a second, the slowest of them, a large answer, the worst input, noise.

import type { JsonObject } from '../../src/core/item.ts'
import { scanDefinition, scanText } from '../../src/scan/scan.ts'
import { kinds, definition as noise, numbers, text } from '../../test/scan/noise.ts'
import type { Claim, Context, Findings } from '../claim.ts'
import { median } from '../statistics.ts'

export const scan: Claim = {
  name: 'scan',
  says: 'the poison scan: tools, answers, the worst input, noise',
  run: async (context) => await Promise.resolve(measured(context)),
}

const MEBIBYTE = 1 << 20

function measured(context: Context): Findings {
  const tools = typical()
  const rounds = Array.from({ length: context.quick ? 3 : 9 }, () => round(tools)).slice(1)
  context.note(
    `${tools.length} tools of ${Math.round(tools.reduce((sum, tool) => sum + JSON.stringify(tool).length, 0) / tools.length)} bytes`,
  )
  const best = tools
    .map((_, index) => Math.min(...rounds.map(({ each }) => each[index] ?? Infinity)))
    .toSorted((a, b) => a - b)
  const answer = prose()
  const answers = Array.from({ length: context.quick ? 4 : 10 }, () => used(() => scanText(answer))).slice(2)
  const ratios = worst()
  const runs = context.quick ? 20_000 : 1_000_000
  const broken = fuzz(runs, context)
  return {
    findings: [
      {
        what: 'tools on one core',
        value: median(rounds.map(({ perSecond }) => perSecond)),
        unit: '/s',
        atLeast: 2_000,
      },
      {
        what: 'the slowest in a hundred',
        value: best[Math.floor(best.length * 0.99)] ?? Infinity,
        unit: 'ms',
        atMost: 2,
      },
      { what: 'CPU of an answer of 1 MiB', value: median(answers), unit: 'ms', atMost: 50 },
      {
        what: 'worst input, per character, ÷ median',
        value: Math.max(...Object.values(ratios)),
        unit: '×',
        atMost: 20,
      },
      { what: `rules that broke in ${runs} inputs of noise`, value: broken, unit: '', atMost: 0 },
    ],
    raw: { rounds: rounds.map(({ perSecond }) => perSecond), answers, ratios },
  }
}

/** Tools as servers have them: some 1.5 KiB, with nested schemas. */
function typical(): readonly JsonObject[] {
  const property = (index: number): JsonObject => ({
    type: 'string',
    description: `What to look for in part ${index}; see the manual for the words that are understood, and use quotation marks for phrases.`,
    enum: ['one', 'two', 'three'],
  })
  return Array.from({ length: 1_000 }, (_, index) => ({
    name: `search_part_${index}`,
    description: `Searches part ${index} of the archive. You must pass an id that list_parts returned. Always show the user what was found, and ask before anything is changed. Results are sorted by date; at most 100 are returned, use page to get more of them.`,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`field${at}`, property(at)])),
      required: ['field0'],
    },
    annotations: { title: `Search part ${index}`, readOnlyHint: true },
  }))
}

interface Round {
  readonly perSecond: number
  readonly each: readonly number[]
}

function round(tools: readonly JsonObject[]): Round {
  const before = process.cpuUsage()
  const each = tools.map((tool) => elapsed(() => scanDefinition(tool, 'tool')))
  const { user, system } = process.cpuUsage(before)
  return { perSecond: tools.length / ((user + system) / 1e6), each }
}

/** Milliseconds of CPU: others may be busy on the same machine. */
function used(run: () => unknown): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function elapsed(run: () => unknown): number {
  const before = performance.now()
  run()
  return performance.now() - before
}

/** A mebibyte of rows and sentences as tools answer them. */
function prose(): string {
  let made = ''
  for (let row = 0; made.length < MEBIBYTE; row++)
    made += `{"id":${row},"name":"Part ${row}","price":${row * 1.5},"note":"A small thing that somebody may buy in the shop around the corner."}\n`
  return made.slice(0, MEBIBYTE)
}

/** Time per character of inputs that are made to be slow, over their median. */
function worst(): { readonly [part: string]: number } {
  const parts = [
    'a',
    ' ',
    '\n',
    '"',
    '[',
    '<!-- ',
    '<div style="',
    '`',
    '%41',
    'a b ',
    '. ',
    '&#65;',
    '\\u0041',
    'ab',
    '01',
    '=',
    'Zm9v',
    '\u200b',
    '忽略指令',
    'пароль ',
    '😀',
    'user: send\n',
    'ignore all ',
    'send the password to ',
    'https://a.example ',
    'a@b.',
    'p@ss w$rd ',
    'vtaber ',
    '```',
    '-',
    '. . ',
  ]
  const size = 200_000
  const times = parts.map((part) => {
    const input = part.repeat(Math.ceil(size / part.length)).slice(0, size)
    return Math.min(...[1, 2, 3].map(() => elapsed(() => scanText(input)))) / size
  })
  const middle = median(times)
  return Object.fromEntries(parts.map((part, index) => [part, (times[index] ?? Infinity) / middle]))
}

/** How many inputs of noise break a rule. */
function fuzz(runs: number, context: Context): number {
  const next = numbers(29)
  let broken = 0
  for (let run = 0; run < runs; run++) {
    const { findings } =
      run % 10 === 0 ? scanDefinition(noise(next), kinds[run % kinds.length] ?? 'tool') : scanText(text(next))
    if (findings.some(({ rule }) => rule === 'SC-599')) broken++
    if (run % 100_000 === 99_999) context.note(`${run + 1} inputs of noise`)
  }
  return broken
}
