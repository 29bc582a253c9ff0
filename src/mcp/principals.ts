// Whose conversation it is: keys of principals, for callers and for the gateway when it reads lists.

/** All callers whom nobody has identified: one principal, since nothing tells them apart. */
export const anonymous = 'anonymous'

/** The gateway itself: it reads lists, and there is no user behind it. */
export const gateway = ''

// No key of a caller begins with it: those begin with how they were identified.
const READING = '\0'

/** The gateway, when it reads lists as one principal sees them. */
export const readerFor = (principal: string): string => READING + principal

/** Whether nobody is there to be asked: the gateway speaks, whomever it reads for. */
export const isGateway = (principal: string): boolean => principal === gateway || principal.startsWith(READING)

/**
 * Whose process or credentials a conversation goes by. What the gateway reads for all it reads as nobody whom it knows: they see
 * what their own calls change, and where nobody identifies anybody, one process is enough.
 */
export function ownerOf(principal: string): string {
  if (principal === gateway) return anonymous
  return principal.startsWith(READING) ? principal.slice(READING.length) : principal
}
