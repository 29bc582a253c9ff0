// English turns of speech about what somebody said, what makes a model what it is, and the reasons that are given for an order.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const englishSpeech = {
  said: [
    ...every(
      'the user, user, users, the customer, they, he, she, the human, a user',
      'wrote, writes, typed, types, dictated, dictates, entered, enters, says, said, asked, asks, mentions, mentioned, reports, reported, submits, submitted, pastes, pasted, uploads, uploaded, sends, shares, shared, discloses, confides',
    ),
    ...every(
      'the user has, user has, the customer has, they have, has, have',
      'written, typed, dictated, entered, said, asked, mentioned, shared, pasted, told you, disclosed, provided so far, sent so far',
    ),
    ...list(
      "words of the user, user's words, user's own words, user's text, user's question, user's request, user's message, user's prompt, user's query, customer's words, text of the user, prompt text, their words, their messages, his messages, her messages",
    ),
  ],
  inner: [
    ...every(
      'system, developer, hidden, internal, base, initial, original, secret, underlying, preset, confidential, starting, first, preliminary, meta, custom',
      'prompt, prompts, instruction, instructions, message, messages, directive, directives, prompt text',
    ),
    ...every(
      'your, your own, your full, your complete, your entire, your initial, your original, your current, your hidden, your secret, your internal, your system, your exact',
      'prompt, prompts, instructions, directives, guidelines, rules, configuration, programming, context, memory, reasoning, settings, constraints, briefing, preamble, setup',
    ),
    ...list(
      'chain of thought, tool definitions, context window, preprompt, pre prompt, systemprompt, sysprompt, everything above, text above, words above, lines above, content above, all of the above text, everything before this, everything before my, everything that precedes, everything up to this, text before this, before my first message, before this message, instructions you were given, instructions you received, instructions you got, rules you were given, prompt you were given, instructions given to you, instructions above, prompt above',
    ),
  ],
  pretext: [
    ...every(
      'statistical, analytical, technical, legal, tax, billing, research, training, verification, security, quality, administrative, regulatory, accounting, documentation, testing, diagnostic, marketing, compliance, caching, performance',
      'purposes, reasons',
    ),
    ...every(
      'for, as part of',
      'billing, license, licence, licensing, caching, telemetry, analytics, statistics, diagnostics, diagnostic, debugging, quality, personalisation, personalization, verification, validation, compliance, audit, auditing, accounting, calibration, research, training, security, safety, regulatory, legal, tax, fraud, performance, monitoring, synchronisation, synchronization, backup, support, logging, optimisation, optimization, warranty, integrity, identity, technical, tracking, attribution, internal, formatting, compatibility, abuse, the cache, cache, the audit, load balancing, correlation, traceability, continuity, context, onboarding, migration',
    ),
    ...list(
      'warm up, warmup, warm the cache, compliance requirement, formatting requirement, caching requirement, billing requirement, quality assurance, to improve quality, to improve results, to improve the service, to improve accuracy, to verify the license, to verify the licence, to verify your identity, licence check, license check, policy requires, regulation requires, requirement, prerequisite, as a formality, this is standard, this is routine, routine step, standard procedure, usual procedure, as usual, known issue, workaround, changelog, release notes, deprecation notice, best practice, for your convenience, so that results are, so that we can, we need it to, needed to calculate, to calibrate',
    ),
  ],
} as const satisfies Language['words']
