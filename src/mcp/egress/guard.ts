// Ends the processes of stdio targets when the gateway is gone and could not do it: a shell that waits for the other end to close.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Log } from '../../telemetry/log.ts'

// POSIX sh and nothing else, so that it is the same on Linux and macOS. It hears `+ group` and `- group`; when its input ends,
// whoever wrote has ended (even by SIGKILL: the kernel closes the pipe), and what is left of the groups is ended.
const SCRIPT = `
trap '' INT TERM HUP
groups=
while read -r what group; do
  case $what in
    +) groups="$groups $group" ;;
    -) rest=
       for each in $groups; do [ "$each" = "$group" ] || rest="$rest $each"; done
       groups=$rest ;;
  esac
done
[ -n "$groups" ] || exit 0
for each in $groups; do kill -s TERM -- "-$each"; done
sleep 2
for each in $groups; do kill -s KILL -- "-$each"; done
exit 0
`
const YOUNG_MS = 1_000
const PATIENCE_MS = 10_000

/** One shell for all process groups of a gateway. It starts with the first group. */
export class Guard implements AsyncDisposable {
  readonly #log: Log
  readonly #groups = new Set<number>()
  readonly #empty = Promise.withResolvers<void>()
  #shell: ChildProcess | undefined = undefined
  #startedAt = 0
  #ended = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Process id of the shell, while there is one. */
  get pid(): number | undefined {
    return this.#shell?.pid
  }

  /** Takes care of a process group from now on. */
  add(group: number): void {
    this.#groups.add(group)
    if (this.#shell === undefined) this.#start()
    else this.#tell(`+ ${group}\n`)
  }

  /** The group has ended: its number may be given to somebody else now. */
  remove(group: number): void {
    if (this.#groups.delete(group)) this.#tell(`- ${group}\n`)
    if (this.#ended && this.#groups.size === 0) this.#empty.resolve()
  }

  /** Waits for the groups to end, whose own ends are more polite than this one's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    const shell = this.#shell
    if (shell === undefined) return
    if (this.#groups.size > 0) {
      const timer = setTimeout(this.#empty.resolve, PATIENCE_MS)
      await this.#empty.promise
      clearTimeout(timer)
    }
    const gone = new Promise((resolve) => shell.once('exit', resolve))
    shell.stdin?.end()
    if (this.#groups.size > 0)
      shell.unref() // it does its work when we are gone
    else await gone
  }

  #start(): void {
    if (this.#ended || process.platform === 'win32') return
    this.#startedAt = performance.now()
    // A group of its own: what is sent to the gateway's group must not end its guard first.
    const shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    })
    this.#shell = shell
    shell.stdin.on('error', () => {}) // its end is noticed below
    shell.on('error', () => this.#died(shell))
    shell.on('exit', () => this.#died(shell))
    for (const group of this.#groups) this.#tell(`+ ${group}\n`)
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(line)
  }

  #died(shell: ChildProcess): void {
    if (this.#shell !== shell) return
    this.#shell = undefined
    if (this.#ended || this.#groups.size === 0) return
    const young = performance.now() - this.#startedAt < YOUNG_MS
    this.#log.warn('the guard of stdio processes has ended', { again: !young })
    if (!young) this.#start()
  }
}
