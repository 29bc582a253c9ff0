// Python packages in a virtual environment of their own.
import path from 'node:path'
import { command } from './part.ts'

/** Makes an environment in `home` with these exact requirements; needs python3 with `venv` on the machine. */
export async function makeEnvironment(home: string, requirements: readonly string[]): Promise<void> {
  await command('python3', ['-m', 'venv', home])
  const options = ['--disable-pip-version-check', '--no-input', '--quiet']
  await command(python(home), ['-m', 'pip', 'install', ...options, ...requirements])
}

/** The interpreter of such an environment. */
export const python = (home: string): string => path.join(home, 'bin/python')
