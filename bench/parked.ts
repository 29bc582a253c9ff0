// Makes calls of 2026-07-28 that a server answers with a question, and never comes back for any of them. A process of its own.
import { Connection, modernMeta, type Place, requestBytes } from './wire.ts'

export interface ParkedJob extends Place {
  readonly calls: number
}

const PARALLEL = 16
const PARAMS = `{"name":"echo","arguments":{"text":"x"},${modernMeta('{"elicitation":{"form":{}}}')}}`

async function park(job: ParkedJob): Promise<void> {
  let left = job.calls
  const place: Place = { ...job, modern: { method: 'tools/call', name: 'echo' } }
  const one = async (): Promise<void> => {
    const connection = new Connection(job.port)
    while (left-- > 0) {
      const body = `{"jsonrpc":"2.0","id":${left},"method":"tools/call","params":${PARAMS}}`
      const { status, body: answer } = await connection.ask(requestBytes(place, body))
      if (status !== 200 || !answer.includes('"input_required"'))
        throw new Error(`a call was answered ${status}: ${answer.slice(0, 300)}`)
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: PARALLEL }, one))
}

process.on('message', (job: ParkedJob) => {
  park(job).then(
    () => process.send?.({ parked: job.calls }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
