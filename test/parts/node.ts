// Releases of Node.js that the built package has to run on, and one that it has to refuse.
import path from 'node:path'
import { command, type Part } from './part.ts'

const release = (name: string, version: string): Part => ({
  name,
  version,
  what: `Node.js ${version} for the built package (npm)`,
  install: async (home) => {
    const platform = `node-${process.platform}-${process.arch}`
    await command('npm', [
      'install',
      '--prefix',
      home,
      '--no-save',
      '--no-audit',
      '--no-fund',
      `${platform}@${version}`,
    ])
  },
})

/** Too old: it gets one sentence. */
export const node20 = release('node20', '20.19.0')
/** The oldest release that the package promises to run on. */
export const node22 = release('node22', '22.19.0')
export const node24 = release('node24', '24.21.0')

/** The folder of such a release to put first on PATH. */
export const nodeFolder = (home: string): string =>
  path.join(home, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin')
