// Tells keys, which chance made, from examples, which people typed.

/** Bits per character, from how often each occurs (Shannon); words reach about 3, keys of twenty characters and more over 3.5. */
export function chance(value: string): number {
  const counts = new Map<number, number>()
  for (let i = 0; i < value.length; i++) counts.set(value.charCodeAt(i), (counts.get(value.charCodeAt(i)) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

export const lettersAndDigits = (value: string): boolean => /[A-Za-z]/.test(value) && /[0-9]/.test(value)

/** What documents put in place of a key. */
export const isPlaceholder = (value: string): boolean =>
  /x{4}|\*{3}|\.{3}|0{6}|(?:1234567|abcdef(?!\d))|example|sample|your[_-]?|placeholder|changeme|redacted|dummy|insert|<|\$\{/i.test(
    value,
  ) || chance(value) < 1.5
