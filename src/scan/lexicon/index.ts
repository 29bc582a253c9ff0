// The table of languages: every vocabulary that a scan reads with, one file a language.
import type { Language } from '../lexicon.ts'
import { english } from './english.ts'

export const languages: readonly Language[] = [english]
