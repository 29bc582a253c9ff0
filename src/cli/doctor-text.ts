// How the doctor's findings look: a part for each client in text, one document as JSON.
import type { Io } from './command.ts'
import { type Noticed, type Visit, visitSteps } from './doctor-visit.ts'
import { jsonDocument, marks, oneLine, painter } from './terminal.ts'
import { textOf } from './values.ts'

export type Visited = Pick<Visit, 'options' | 'noticed' | 'failed' | 'era' | 'revision' | 'server' | 'tools'>

export function asText(done: readonly Visited[], io: Io): string {
  const paint = painter(io.stdout, io.env)
  const { yes, no, note, skipped } = marks(io)
  const signs = { yes, no: paint('red', no), note: paint('yellow', note), skipped }
  const parts = done.map((visit) => {
    const { title } = visit.options.kind
    const lines = visit.noticed.map(({ step, verdict, says, clause, change }) => {
      const head = `${signs[verdict]} ${step.padEnd(12)} ${oneLine(says)}\n`
      const why = clause === undefined ? '' : paint('dim', `    ${clause}`) + '\n'
      return head + why + (change === undefined ? '' : `    try: ${oneLine(change)}\n`)
    })
    return `${paint('bold', title)}\n${lines.join('')}${unreached(visit, skipped)}${verdictOn(visit, paint)}`
  })
  return parts.join('\n')
}

/** Steps behind the one where there was no going on. */
function unreached({ noticed }: Visited, mark: string): string {
  const last = Math.max(...noticed.map(({ step }) => visitSteps.indexOf(step)))
  const missing = visitSteps.slice(last + 1)
  return missing.length === 0 ? '' : `${mark} ${missing.join(', ')}: not reached\n`
}

function verdictOn({ options, failed, noticed }: Visited, paint: ReturnType<typeof painter>): string {
  const { title } = options.kind
  if (failed !== undefined) return `${title} stops at ${failed.step}.\n`
  const end = noticed.some(({ step, verdict }) => step === 'open' && verdict === 'skipped')
    ? 'gets to the login'
    : 'gets through'
  return `${paint('green', `${title} ${end}.`)}\n`
}

export function asJson(url: URL, done: readonly Visited[]): string {
  return jsonDocument({
    version: 1,
    url: url.href,
    ok: done.every(({ failed }) => failed === undefined),
    clients: done.map(({ options, noticed, failed, era, revision, server, tools }) => ({
      as: options.kind.name,
      title: options.kind.title,
      ok: failed === undefined,
      stops: failed?.step ?? null,
      era: era ?? null,
      revision: era === undefined ? null : revision,
      server: { name: textOf(server['name']), version: textOf(server['version']) },
      tools: tools.length,
      findings: noticed satisfies readonly Noticed[],
    })),
  })
}
