// Doubles with a fixed number of digits, rounded half to even as Go does it; JavaScript rounds ties away from zero.

/** Digits behind the point that can be asked for: what JavaScript can write, and more than a double has. */
export const mostDigits = 100

const unusual = (value: number): string | undefined => (Number.isFinite(value) ? undefined : String(value))

/** `%.3f`. NaN and Infinity are written as they are. */
export function fixed(value: number, digits: number): string {
  // From there on toFixed writes an exponent; such a double is an integer.
  if (Math.abs(value) >= 1e21 && Number.isFinite(value))
    return digits === 0 ? String(BigInt(value)) : `${BigInt(value)}.${'0'.repeat(digits)}`
  return unusual(value) ?? halfEven(value.toFixed(digits), value.toFixed(mostDigits), digits)
}

/** `%e`: one digit before the point, an exponent of two digits at least. */
export function scientific(value: number, digits: number): string {
  const odd = unusual(value)
  if (odd !== undefined) return odd
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e')
  const [exact = '', place = ''] = value.toExponential(mostDigits).split('e')
  // When rounding reached the next power of ten, there was no tie: the digits before were nines.
  const rounded = place === exponent ? halfEven(mantissa, exact, digits) : mantissa
  return `${rounded}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`
}

/** Takes back what was rounded up from exactly one half to an odd digit. `exact` has as many digits as there can be. */
function halfEven(rounded: string, exact: string, digits: number): string {
  const rest = exact.slice(exact.indexOf('.') + 1 + digits)
  if (!/^50*$/.test(rest)) return rounded
  const last = Number(rounded.at(-1))
  return last % 2 === 0 ? rounded : rounded.slice(0, -1) + String(last - 1)
}
