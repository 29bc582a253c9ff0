// `toolgate completion`: scripts for four shells, generated from the table of commands. Tool names come from the running gateway.
import { commonFlags, usageError } from './arguments.ts'
import { type Arguments, type Command, CommandError, exit, type Flag, type Io } from './command.ts'

type Shell = (commands: readonly Command[]) => string

/** Names of the tools of the running gateway, or nothing when it does not answer at once. */
const toolNames = 'toolgate tools list --quiet --timeout 0.2 2>/dev/null | cut -f1'

const shownFlags = (command: Command): readonly Flag[] =>
  [...command.flags, ...commonFlags].filter(({ hidden }) => hidden !== true)
const spelled = ({ name, short }: Flag): string[] => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
const isFile = ({ value }: Flag): boolean => value === 'FILE'

function bash(commands: readonly Command[]): string {
  const all = commands.flatMap(shownFlags)
  const patterns = (flags: readonly Flag[]): string => [...new Set(flags.flatMap(spelled))].join('|')
  const choices = new Map(all.flatMap((flag) => (flag.choices === undefined ? [] : [[patterns([flag]), flag.choices]])))
  const cases = commands.map(
    (command) =>
      `    ${command.name}) words='${(command.words ?? []).join(' ')}'; flags='${shownFlags(command).flatMap(spelled).join(' ')}' ;;`,
  )
  return `# bash completion for toolgate
_toolgate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words flags
  COMPREPLY=()
  case $prev in
    ${patterns(all.filter(isFile))}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
${[...choices].map(([names, values]) => `    ${names}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$cur")); return ;;`).join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ] && [[ $cur != -* ]]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help' -- "$cur"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words=''; flags='${shownFlags(commands[0] ?? { ...none })
      .flatMap(spelled)
      .join(' ')}' ;;
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [ "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" = 'tools call' ]; then
    COMPREPLY=($(compgen -W "$(${toolNames})" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _toolgate toolgate
`
}

const none: Command = {
  name: '',
  summary: '',
  usage: '',
  flags: [],
  examples: [],
  load: () => Promise.reject(new Error()),
}

/** Text inside single quotes of zsh's `_arguments`: brackets and colons mean something there. */
const zshText = (text: string): string => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&')

function zshFlag(flag: Flag): string {
  const { name, short, value, choices, repeatable, summary } = flag
  const what = isFile(flag) ? '_files' : choices === undefined ? ' ' : `(${choices.join(' ')})`
  const takes = value === undefined ? '' : `:${zshText(value)}:${what}`
  const text = `[${zshText(summary)}]${takes}`
  if (repeatable === true) return `'*--${name}${text}'`
  return short === undefined ? `'--${name}${text}'` : `'(-${short} --${name})'{-${short},--${name}}'${text}'`
}

function zsh(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = command.words === undefined ? [] : [`'1:what:(${command.words.join(' ')})'`]
    const tools = command.name === 'tools' ? [`'2:tool:_toolgate_tools'`] : []
    return `    ${command.name}) _arguments ${[...words, ...tools, "'*:file:_files'", ...shownFlags(command).map(zshFlag)].join(' \\\n      ')} ;;`
  })
  return `#compdef toolgate
_toolgate_tools() {
  local -a names
  [[ $words[2] == call ]] && names=(\${(f)"$(${toolNames})"})
  compadd -a names
}
_toolgate() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`).join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe command commands; return; fi
  local command=$words[2]
  if [[ $command == -* ]]; then command=run; else shift words; (( CURRENT-- )); fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _toolgate ]]; then _toolgate "$@"; else compdef _toolgate toolgate; fi
`
}

const fishText = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`

function fish(commands: readonly Command[]): string {
  const lines = ['# fish completion for toolgate', 'complete -c toolgate -f']
  for (const { name, summary } of commands)
    lines.push(`complete -c toolgate -n __fish_use_subcommand -a ${name} -d ${fishText(summary)}`)
  for (const command of commands) {
    const when = command.name === 'run' ? 'not __fish_seen_subcommand_from' : '__fish_seen_subcommand_from'
    const which =
      command.name === 'run'
        ? commands
            .slice(1)
            .map(({ name }) => name)
            .join(' ')
        : command.name
    const on = `complete -c toolgate -n ${fishText(`${when} ${which}`)}`
    if (command.words !== undefined) lines.push(`${on} -a ${fishText(command.words.join(' '))}`)
    for (const flag of shownFlags(command)) {
      const short = flag.short === undefined ? '' : ` -s ${flag.short}`
      const takes = flag.value === undefined ? '' : ` -${isFile(flag) ? 'rF' : 'x'}`
      const choices = flag.choices === undefined ? '' : ` -a ${fishText(flag.choices.join(' '))}`
      lines.push(`${on} -l ${flag.name}${short}${takes}${choices} -d ${fishText(flag.summary)}`)
    }
  }
  const calling = fishText('__fish_seen_subcommand_from call')
  lines.push(`complete -c toolgate -n ${calling} -a ${fishText(`(${toolNames})`)}`)
  return `${lines.join('\n')}\n`
}

const psText = (text: string): string => `'${text.replace(/'/g, "''")}'`
const psList = (words: readonly string[]): string => `@(${words.map(psText).join(', ')})`

function powershell(commands: readonly Command[]): string {
  const rows = commands.map(
    (command) =>
      `    ${psText(command.name)} = @{ words = ${psList(command.words ?? [])}; flags = ${psList(shownFlags(command).map(({ name }) => `--${name}`))} }`,
  )
  const choices = commands
    .flatMap(shownFlags)
    .flatMap(({ name, choices }) => (choices === undefined ? [] : [[name, choices] as const]))
  return `# PowerShell completion for toolgate
Register-ArgumentCompleter -Native -CommandName toolgate -ScriptBlock {
  param($word, $ast, $position)
  $commands = @{
${rows.join('\n')}
  }
  $choices = @{
${[...new Map(choices)].map(([name, values]) => `    '--${name}' = ${psList(values)}`).join('\n')}
  }
  $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
  $command = if ($before.Count -gt 1 -and $commands.ContainsKey($before[1])) { $before[1] } else { 'run' }
  $last = $before[-1]
  $found = if ($choices.ContainsKey($last)) { $choices[$last] }
    elseif ($word -like '-*') { $commands[$command].flags }
    elseif ($before.Count -le 1) { $commands.Keys | Sort-Object }
    elseif ($before.Count -eq 2) { $commands[$command].words }
    elseif ($before[1] -eq 'tools' -and $before[2] -eq 'call') {
      toolgate tools list --quiet --timeout 0.2 2>$null | ForEach-Object { ($_ -split "\`t")[0] }
    }
  $found | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}

const shells: Readonly<Record<string, Shell>> = { bash, zsh, fish, powershell }

/** `toolgate completion SHELL`: prints the script. */
export async function completion(args: Arguments, io: Io, commands: readonly Command[]): Promise<number> {
  const [name] = args.words
  if (name === undefined) throw usageError({ name: 'completion' }, 'for which shell?')
  const shell = Object.hasOwn(shells, name) ? shells[name] : undefined
  if (shell === undefined)
    throw new CommandError(exit.usage, `there is no completion for ${name}`, {
      hint: `toolgate completion ${Object.keys(shells).join('|')}`,
    })
  io.stdout.write(shell(commands))
  return exit.fine
}
