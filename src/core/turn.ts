// Writes that wait for the end of a turn of the event loop, and then leave one after another.

/** Something that has bytes to hand to a socket. */
export interface Writing {
  /** Writes them. Must not throw. */
  flush(): void
}

const waiting: Writing[] = []

/**
 * Calls `flush` once everything that has arrived in this turn has been read. A write wakes whoever reads the other end, and
 * waking costs more than writing does: those that are written back to back find their readers awake.
 */
export function atTurnEnd(writing: Writing): void {
  if (waiting.push(writing) === 1) setImmediate(flushAll)
}

function flushAll(): void {
  // What is added meanwhile belongs to the next turn.
  for (const writing of waiting.splice(0)) writing.flush()
}
