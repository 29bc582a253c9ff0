// What became of an OpenAPI document, as text: its score, and what was lost or is doubtful, each with its place.
import type { Fidelity } from '../openapi/facts.ts'
import { type Loss, sentence } from '../openapi/loss.ts'
import type { Io } from './command.ts'
import { marks, oneLine, painter } from './terminal.ts'

const shown = (value: number): string => `${value.toFixed(1)} %`

/** `98.2 %: operations 100.0 %, constraints 96.4 % (53 of 55 facts)` */
export function scoreText({ score, operations, constraints, counted }: Fidelity): string {
  const { kept, of } = counted.constraints
  return `${shown(score)}: operations ${shown(operations)}, constraints ${shown(constraints)} (${kept} of ${of} facts)`
}

/** Two lists: what is not there, and what is there and may not be what was meant. */
export function lossesText(losses: readonly Loss[], io: Io): string {
  const paint = painter(io.stdout, io.env)
  const lost = losses.filter(({ severity }) => severity === 'error')
  const doubtful = losses.filter(({ severity }) => severity !== 'error')
  return [
    sectionText(
      'lost',
      lost.map((loss) => located(loss, paint('red', marks(io).no))),
    ),
    sectionText(
      'doubtful',
      doubtful.map((loss) => located(loss, paint('yellow', marks(io).note))),
    ),
  ].join('')
}

/** A list under its title, which says how long it is; nothing for an empty one. */
export const sectionText = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}: ${lines.length}\n${lines.join('')}`

function located(loss: Loss, mark: string): string {
  const operation = loss.operation === undefined ? '' : `    ${oneLine(loss.operation)}\n`
  const fix = loss.fix === undefined ? '' : `    try: ${oneLine(loss.fix)}\n`
  return `${mark} ${oneLine(sentence({ ...loss, fix: undefined }))}\n${operation}${fix}`
}
