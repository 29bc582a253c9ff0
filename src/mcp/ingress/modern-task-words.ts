// Names of the tasks extension, and what a client says that knows it.
import type { JsonObject } from '../../core/item.ts'

/** News of a task, as servers and clients of 2025-11-25 know it. */
export const TASK_STATUS = 'notifications/tasks/status'
export const TASKS = 'io.modelcontextprotocol/tasks'

export function declaresTasks({ extensions }: JsonObject): boolean {
  return typeof extensions === 'object' && extensions !== null && TASKS in extensions
}
