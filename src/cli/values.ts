// What unknown values are, for the commands that read other people's answers and settings.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string as it is; anything else is no text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The strings of a list; a list of anything else is empty. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
