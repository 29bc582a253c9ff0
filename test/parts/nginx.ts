// nginx, what `npm run bench` compares with. A system package: installed where apt may do that, taken from PATH elsewhere.
import { spawnSync } from 'node:child_process'
import { command, type Part } from './part.ts'

const installed = (): boolean => spawnSync('nginx', ['-v'], { stdio: 'ignore' }).error === undefined

export const nginx: Part = {
  name: 'nginx',
  version: 'system',
  what: 'nginx for the bench (system package)',
  install: async () => {
    if (installed()) return
    if (process.getuid?.() !== 0) throw new Error('nginx is not on PATH, and only root can install it with apt')
    await command('apt-get', ['update', '-q'])
    // The core alone: the service of the full package would take port 80.
    await command('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'nginx-light'])
  },
}
