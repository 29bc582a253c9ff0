// Chromium, the browser of tests that need a real one. A system package: installed where apt may do that, taken from PATH elsewhere.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { command, type Part } from './part.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** Where the browser is; `undefined` when there is none. */
export const chromiumProgram = (): string | undefined =>
  names
    .flatMap((name) => (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)))
    .find(isExecutable)

export const chromium: Part = {
  name: 'chromium',
  version: 'system',
  what: 'Chromium, a browser (system package)',
  install: async () => {
    const found = chromiumProgram()
    if (found !== undefined && spawnSync(found, ['--version'], { stdio: 'ignore' }).status === 0) return
    if (process.getuid?.() !== 0) throw new Error('chromium is not on PATH, and only root can install it with apt')
    await command('apt-get', ['update', '-q'])
    await command('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'])
  },
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
