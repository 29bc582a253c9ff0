// argv, environment, signals and exit codes: the only file that knows it is a process.
import { runCommand } from './cli/index.ts'

const interrupt = new AbortController()
// A terminal signals everybody in it, and npm and the launcher pass signals on: within this time they are one wish.
const sameWishMs = 1_000
let asked: number | undefined

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const now = performance.now()
    // The second Ctrl-C is somebody who does not want to wait.
    if (asked !== undefined && now - asked >= sameWishMs) process.exit(130)
    asked ??= now
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
