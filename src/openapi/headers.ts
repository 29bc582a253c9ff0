// Headers of an answer, by their names in lower case.
import type { HttpResponse } from './tool.ts'

/** The value; the first one where it came several times. */
export const header = ({ headers }: Pick<HttpResponse, 'headers'>, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
