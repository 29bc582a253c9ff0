// Completion scripts are made from the table, load in their shell, and complete what the table knows.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commands } from '../../src/cli/index.ts'
import { folder, toolgate } from './io.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell']
const installed = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0

test('every script names every command and every flag', async () => {
  for (const shell of shells) {
    const { code, out, err } = await toolgate(['completion', shell])
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    for (const { name, flags } of commands) {
      assert.ok(out.includes(name), `${shell}: ${name}`)
      for (const flag of flags.filter(({ hidden }) => hidden !== true)) {
        const written = shell === 'fish' ? `-l ${flag.name} ` : `--${flag.name}`
        assert.ok(out.includes(written), `${shell}: ${name} --${flag.name}`)
      }
    }
  }
})

test('bash completes commands, words, flags, choices and tool names', { skip: !installed('bash') }, async (t) => {
  const place = await folder(t)
  const script = path.join(place, 'completion.bash')
  await writeFile(script, (await toolgate(['completion', 'bash'])).out)
  const complete = async (...words: string[]): Promise<string[]> => {
    const program = `toolgate() { printf 'clock_now\\tx\\nnotes_add\\ty\\n'; }
source ${script}; COMP_WORDS=(toolgate "$@"); COMP_CWORD=$#; _toolgate; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['-c', program, 'bash', ...words], { cwd: place })
    return stdout.split('\n').filter((word) => word !== '')
  }
  assert.deepEqual(await complete('to'), ['tools'])
  assert.deepEqual(await complete('connect', 'v'), ['vscode'])
  assert.deepEqual(await complete('tools', 'list', '--to'), ['--token'])
  assert.deepEqual(await complete('validate', '--format', 'j'), ['json'])
  assert.deepEqual(await complete('tools', 'call', 'no'), ['notes_add'])
  assert.deepEqual(await complete('run', '-f', 'compl'), ['completion.bash'])
  assert.deepEqual(await complete('--connect'), ['--connect-to'])
})

for (const [shell, check] of [
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
] as const) {
  test(`${shell} can read its script`, { skip: !installed(shell) }, async (t) => {
    const script = path.join(await folder(t), 'script')
    await writeFile(script, (await toolgate(['completion', shell])).out)
    await promisify(execFile)(shell, [...check, script])
  })
}
