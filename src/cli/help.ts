// Help texts, made from the table of commands: examples first, never more than a screen.
import { commonFlags } from './arguments.ts'
import type { Command, Flag } from './command.ts'
import { painter } from './terminal.ts'

type Paint = ReturnType<typeof painter>

const aligned = (pairs: readonly (readonly [string, string])[], paint: Paint): string => {
  const width = Math.max(...pairs.map(([left]) => left.length))
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${paint('dim', right)}\n`).join('')
}

function flagText({ name, short, value, choices }: Flag): string {
  const long = `--${name}${value === undefined ? '' : ` ${choices?.join('|') ?? value}`}`
  return `${short === undefined ? '    ' : `-${short}, `}${long}`
}

/** `toolgate COMMAND --help`. */
export function commandHelp(command: Command, paint: Paint): string {
  const name = command.name === 'run' ? 'toolgate [run]' : `toolgate ${command.name}`
  const flags = [...command.flags, ...commonFlags].filter(({ hidden }) => hidden !== true)
  return [
    `${command.summary}\n\n`,
    aligned(
      command.examples.map(({ line, does }) => [line, does]),
      paint,
    ),
    `\n${paint('bold', 'usage')} ${name} ${command.usage}\n\n`,
    aligned(
      flags.map((flag) => [flagText(flag), flag.summary]),
      paint,
    ),
  ].join('')
}

/** `toolgate --help`. */
export function generalHelp(commands: readonly Command[], paint: Paint): string {
  const start: readonly (readonly [string, string])[] = [
    ['toolgate', 'start with ./toolgate.yaml, or the built-in quick start'],
    ['toolgate import', 'make toolgate.yaml from the MCP settings of VS Code, Claude, Cursor'],
    ['toolgate connect vscode --write', 'point a client at the gateway'],
    ['toolgate tools list', 'see what a client sees'],
  ]
  return [
    'Toolgate: many MCP servers and REST APIs behind one endpoint.\n\n',
    aligned(start, paint),
    `\n${paint('bold', 'commands')} (toolgate COMMAND --help)\n`,
    aligned(
      commands.map(({ name, summary }) => [name, summary]),
      paint,
    ),
    '\nexit codes: 0 fine, 1 the answer is no, 2 wrong usage, 3 could not ask, 130 interrupted\n',
  ].join('')
}
