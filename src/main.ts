// argv, environment, signals and exit codes: the only file that knows it is a process.
import { runCommand } from './cli/index.ts'

const interrupt = new AbortController()
let asked = 0

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second Ctrl-C is somebody who does not want to wait.
    if (++asked > 1) process.exit(130)
    interrupt.abort(name)
  })
}

// Who reads our output may stop reading (`| head`): that ends the command, not with an error.
process.stdout.on('error', () => process.exit(0))

process.exitCode = await runCommand(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  platform: process.platform,
  signal: interrupt.signal,
  onHangup: (listener) => process.on('SIGHUP', listener),
})
