// What rules say of a path however it is read: a rule on `/admin` is one on `//admin`, `/;/admin` and `/%5cadmin` too, since the server
// behind us may take them for the same.
import type { Exchange } from '../core/exchange.ts'
import { asOthersDivide, isOdd } from '../http/other-readings.ts'

/** The answer for the path as it is, unless the one for how others read it does not pass. */
export function asAnybodyReads<Answer>(x: Exchange, ask: () => Answer, passes: (answer: Answer) => boolean): Answer {
  const answer = ask()
  const { path } = x
  if (!isOdd(path) || !passes(answer)) return answer
  x.path = asOthersDivide(path)
  try {
    const other = ask()
    return passes(other) ? answer : other
  } finally {
    x.path = path
  }
}
