// Opens MCP sessions and leaves them, or holds them with an open GET stream. A process of its own.
import { connect, type Socket } from 'node:net'
import { Connection, type Place, requestBytes } from './wire.ts'

export interface SessionJob extends Place {
  readonly sessions: number
  /** Keep a GET stream open for each, until the process ends. */
  readonly hold: boolean
}

const PARALLEL = 16
const held: Socket[] = []

async function open(job: SessionJob): Promise<void> {
  let left = job.sessions
  const one = async (): Promise<void> => {
    const connection = new Connection(job.port)
    while (left-- > 0) {
      const session = await connection.initialize(job)
      if (job.hold) await stream(job, session)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: PARALLEL }, one))
}

/** Resolves when the head of the stream has come. */
function stream(job: SessionJob, session: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: job.port, host: '127.0.0.1' })
    socket.once('data', (chunk: Buffer) => {
      if (chunk.toString('latin1', 9, 12) === '200') resolve()
      else reject(new Error(`the GET stream was answered ${chunk.toString().slice(0, 300)}`))
    })
    socket.on('error', reject)
    socket.write(requestBytes(job, '', session, 'GET'))
    held.push(socket)
  })
}

process.on('message', (job: SessionJob) => {
  open(job).then(
    () => process.send?.({ opened: job.sessions }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
