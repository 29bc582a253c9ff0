// The table of rules: one file a class of attack, one line each. Order is order of findings of equal weight.
import type { Rule } from '../rule.ts'
import { personalData } from './personal-data.ts'
import { secrets } from './secrets.ts'

export const rules: readonly Rule[] = [
  secrets, // second group: what leaks, …
  personalData,
]
