// English, as far as attacks on models are written in it: word classes, not phrases of attacks.
import type { Language } from '../lexicon.ts'

export const english: Language = {
  words: {
    you: ['you', 'your', 'yourself', 'thou', 'u'],
    not: [
      'not',
      'never',
      'without',
      'avoid',
      "don't",
      "doesn't",
      "mustn't",
      "shouldn't",
      'cannot',
      "can't",
      "won't",
      'refrain',
      'nor',
      'neither',
      'no',
    ],
  },
}
