// Compares passwords with bcrypt hashes in a thread of its own: each takes a good part of a second on purpose.
import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

parentPort?.on('message', ({ id, password, kept }: { id: number; password: string; kept: string }) => {
  parentPort?.postMessage({ id, right: compareSync(password, kept) })
})
