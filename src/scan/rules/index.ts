// The table of rules: one file a class of attack, one line each. Order is order of findings of equal weight.
import type { Rule } from '../rule.ts'

export const rules: readonly Rule[] = []
