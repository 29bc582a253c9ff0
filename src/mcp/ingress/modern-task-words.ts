// Names of the tasks extension, and what a client says that knows it.
import type { JsonObject } from '../../core/item.ts'

export const TASKS = 'io.modelcontextprotocol/tasks'

export function declaresTasks({ extensions }: JsonObject): boolean {
  return typeof extensions === 'object' && extensions !== null && TASKS in extensions
}
