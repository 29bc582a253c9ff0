// Whose conversation it is when no identity says so.

/** All callers whom nobody has identified: one principal, since nothing tells them apart. */
export const anonymous = 'anonymous'

/** The gateway itself: it reads lists, and there is no user behind it. */
export const gateway = ''
