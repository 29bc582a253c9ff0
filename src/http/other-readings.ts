// How a path is read by servers that are more lenient than we are: whoever is behind us may be one of them.

/** What some servers take for a slash, a parameter or an end, and we for part of a name. */
const odd = /[%;\\]|\/\//

/** Whether there is another reading at all; most paths have one only. */
export const isOdd = (path: string): boolean => odd.test(path)

/** Escapes read, parameters of segments and whatever follows NUL left out, slashes merged. */
export const asOthersRead = (path: string): string => merged(path.replace(/%([0-9a-f]{2})/gi, unescaped))

/**
 * The same without reading escapes that stand for themselves (a space, an umlaut): rules are written with these as they travel.
 * Unreserved characters need none (RFC 3986 §6.2.2.2).
 */
export const asOthersDivide = (path: string): string => merged(path.replace(/%(00|2[def]|3b|5[cf]|7e)/gi, unescaped))

const unescaped = (_: string, code: string): string => String.fromCharCode(Number.parseInt(code, 16))

/** Parameters go first: of `/;x=1/admin` they leave an empty segment. */
const merged = (path: string): string =>
  path
    .replace(/\0.*$/s, '')
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
