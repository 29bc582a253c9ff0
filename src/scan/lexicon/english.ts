// English, as far as attacks on models are written in it: word classes, not phrases of attacks.
import type { Language } from '../lexicon.ts'
import { englishPhrases } from './english-phrases.ts'
import { englishSpeech } from './english-speech.ts'
import { englishThings } from './english-things.ts'

const list = (words: string): readonly string[] => words.split(/\s*,\s*/)

/** Words without which hardly an attack is written. */
const strong = list(
  'ignore, instructions, password, disregard, previous, secret, system, prompt, private, user, send, read, file, credentials, conversation, forget, never, without, always, before, must, mention, upload, forward, contents, assistant, token, keys, with, this, that, from, your, the, and, not, all, into, every, tool, call, users, message, messages, environment, address, contact, contacts, model, agent, rules, guidelines, run, execute, copy, collect, history, answer, answers, confirm, confirmation, asking, share, publish, append, include, instead, silently',
)
const rot13 = (word: string): string =>
  word.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97))
const reversed = (word: string): string => word.split('').toReversed().join('')

export const english: Language = {
  words: {
    ...englishPhrases,
    ...englishSpeech,
    you: list("you, your, yours, yourself, thou, u, you're, you've, you'll"),
    assistant: list(
      'ai, llm, llms, claude, gpt, chatgpt, gemini, copilot, language model, language models, ai agent, ai assistant, ai model, chatbot, whoever reads this, reader of this',
    ),
    user: list(
      'user, users, human, humans, customer, customers, operator, person, people, anyone, anybody, someone, the owner, end user, end users, him, her, them, they, traveller, travellers, client, passenger, passengers, guest, guests, patient, patients, visitor, visitors, buyer, buyers, subscriber, subscribers, account holder, participants, me',
    ),
    not: list(
      "not, never, without, avoid, don't, dont, doesn't, mustn't, shouldn't, cannot, can't, won't, needn't, refrain, nor, neither, no, no need, no reason, not necessary, no point, unnecessary, isn't, aren't, rather than, stop, do not, instead of, under no circumstances",
    ),
    must: list(
      'must, always, required, mandatory, obliged, obligated, has to, have to, had to, need to, needs to, should, shall, ensure, make sure, be sure, necessary, compulsory, requires, is needed, it is essential, will, ought to, are expected to, is expected to, are to, is to',
    ),
    please: list(
      'please, kindly, now, first, next, then, also, additionally, instead, just, simply, start by, begin by, furthermore, moreover, afterwards',
    ),
    tell: list(
      'told, shown, bring up, bring it up, brought up, made known, let know, let the user know, talk about, speak of, talking about, aware, informed, visible to',
    ),
    ignore: [
      ...englishPhrases.ignore,
      ...list(
        'forgot, forgotten, no longer follow, no longer apply, no longer applies, no longer valid, no longer count, no longer counts, do not count, does not count, do not matter, do not bind you, need not be followed, exempt from your, no longer in force, no longer binding, is cancelled, is void, as void, as invalid, as cancelled, as obsolete, as revoked, as null, as outdated, null and void, is outdated, are outdated, is obsolete, is revoked, is superseded, does not apply, is lifted, have been lifted, has been lifted, have been revoked, have been cancelled, have been suspended, have been disabled, is disabled, are off, is off, are switched off, is switched off, are turned off, are deactivated, are removed, have been removed, are waived, are relaxed, no longer have to follow, no longer need to follow, need not follow, do not have to follow, do not have to obey, no longer have to obey, are invalid, is invalid, are void, are suspended, is suspended, are lifted, are disabled, are superseded, replaces, replace, replaced by, superseded by, disregarding, overridden, do not apply, are revoked, are cancelled, are obsolete',
      ),
    ],
    read: list('got, gotten, taken, found, contents of, content of, text of'),
    send: list(
      'sent, bcc, cc, cced, bcced, loop in, loops in, goes to, go to, carbon copy, blind copy, copy to, passed on to, passed to, hand over, hands over, post to, posts, reach, copied to, made available to',
    ),
    put: list(
      'goes into, go into, ends up in, end up in, lands in, finds its way into, put, given, hand, hands, set, fed, filled in, written into',
    ),
    write: list('wrote, written, write to, commit'),
    run: list('ran, carry out, carry them out, carries out'),
    call: list('call on, calls to'),
    ask: list(
      'confirmation, confirmations, approval, approvals, permission, permissions, consent, authorization, authorisation, sign off, go ahead, opt in, opted in, authorized, authorised, pre approved, preapproved, yes to',
    ),
    delete: list('rm, rmdir, shred, get rid of'),
    prefer: list('chosen, chose, over any other, over all other, ahead of, top priority, highest priority'),
    remember: list(
      'keep in mind, long term memory, to memory, to your memory, in your memory, memory entry, standing instruction, standing rule, bear in mind',
    ),
    answer: list('said, say so, tell me, give me, show me, write back'),
    prior: list(
      'previous, prior, above, original, earlier, preceding, former, existing, foregoing, initial, so far, before this, until now, up to now, given before, old ones, old, other, you were given, your, its, current, system, developer, built in, default',
    ),
    param: list('param, params, args, kwargs, sidenote, query string'),
    every: list(
      'every, all, any, each, entire, whole, everything, full, complete, anything, whatever, verbatim, word for word, wholesale',
    ),
    quiet: list(
      'silently, secretly, quietly, behind the scenes, in the background, discreetly, covertly, stealthily, invisibly, unnoticed, under the hood, in secret, inconspicuously, without a trace, when nobody is watching, when no one is watching, when nobody is looking, when no one is looking, while nobody looks, while nobody is watching, unobserved, out of sight, unobtrusively, on the quiet',
    ),
    detect: list(
      'detects, detect, detecting, detection, blocks, blocking, filters, such as, e.g, eg, for example, for instance, phrases like, strings like, text like, analyzes, analyses, analyze, analyse, checks, check whether, checks whether, scans, scanning, scan for, attempts, attempt, attempted, prevents, prevent, identify, identifies, identifying, flags, finds, masks, masked, redacts, expected output, sample response, mock response, sample output, example response, example prompt, expected response, test case, test cases, fixture, fixtures, explains, explaining, documentation, classifies, classifier, when a tool tries, tries to, try to, guards against, protects against, protect against, protection against, refuses, rejects, reports the attempt, warns, warn about, beware, vulnerable, vulnerability, mitigation, mitigate, attackers, attacker may, attacker could, malicious, corpus, dataset, how attackers, red team, red teaming, jailbreak attempts, injection attempts',
    ),
    best: list(
      'best, superior, most reliable, most accurate, fastest, better than, official, certified, endorsed, number one, only correct, only trusted, only reliable, safer than, more accurate than, replacement for',
    ),
    pressure: list(
      'otherwise, or else, will fail, fails, will not work, cannot work, does not work, stops working, will crash, crash, be lost, will be lost, get lost, critical, urgent, urgently, be blocked, immediately, terminated, be deleted, is rejected, rejects, severe, shut down, be disabled, very important, vital, lose, harm, at once, or the, penalty, in danger, important',
    ),
    authority: list(
      'administrator, administrators, admin, compliance, policy, policies, security team, regulation, regulatory, regulations, audit, gdpr, soc2, hipaa, legal, openai, anthropic, google, microsoft, platform team, certified, verified, authorized by, approved by, management, headquarters, it department, law, ceo, developer, developers, maintainer, vendor, support team',
    ),
    before: list(
      'before, prior to, first, after, whenever, when, beforehand, once, as soon as, each time, every time, preceded by, followed by, in advance, while, until, if, on first use, from then on',
    ),
    free: [
      ...list(
        'comply with any, comply with every, comply with all, grant all, grant every, without question, rules do not exist, restrictions do not exist, do not apply to you, always reveals, reveals its, always answers, answers every, unrestricted, uncensored, jailbroken, jailbreak, unfiltered, dan, do anything now, god mode, developer mode, debug mode, maintenance mode, admin mode, unlimited mode, unsafe mode, root mode, override mode, evil mode, sudo mode, free of, free from, broken free, no longer bound, not bound by, full trust, amoral, system override, anything goes, lifted restrictions, security override, stop refusing, stop declining, stop warning, never refuses, never refuse, cannot refuse, does not refuse, answers everything, free to answer, has no limits, answer everything, answers anything, answer anything, answer any question, answers any question, does whatever, do whatever, obeys every, obey every, obeys all, fulfils every, fulfills every, fulfil every, without refusing, without refusal, never declines, never says no, cannot decline, must not refuse, do not refuse, never warn, without moralizing, without moralising, without lecturing, off the leash, unchained, unshackled, liberated, freed from, no longer restricted, no longer limited, no longer constrained, no longer subject to, cast off, removed restrictions, limiter off, unlocked mode, full access mode, safety off, safety disabled, safety is off,  say anything',
      ),
      ...[
        'without',
        'no',
        'without any',
        'without all',
        'free of',
        'free of any',
        'ignores all',
        'not have any',
        'not care about',
        'not care about any',
        'cares nothing for',
        'cares little for',
        'pays no attention to',
        'indifferent to',
        'laughs at',
        'have no',
        'has no',
        'without moral',
        'lacks any',
        'beyond',
        'above',
        'outside of',
        'unbound by',
        'unburdened by',
        'unaffected by',
        'ignoring all',
        'ignoring any',
        'ignores any',
        'ignores',
        'disregards',
        'disregards all',
        'not limited by',
        'not restricted by',
        'not constrained by',
        'not subject to',
        "isn't bound by",
        "isn't bound by any",
        'not bound by',
        'not bound by any',
        'not subject to any',
        'no longer bound by',
        'no longer subject to',
        'not governed by',
        'free from any',
      ].flatMap((none) =>
        [
          'rules',
          'restrictions',
          'limits',
          'limitations',
          'filters',
          'filter',
          'guidelines',
          'ethics',
          'morals',
          'boundaries',
          'constraints',
          'censorship',
          'guardrails',
          'safety rules',
          'ethical guidelines',
          'judgement',
          'judgment',
          'moral judgement',
          'warnings',
          'disclaimers',
          'content policy',
          'content policies',
          'policies',
          'moderation',
          'refusals',
          'conscience',
          'inhibitions',
          'taboos',
          'safeguards',
          'safety filters',
          'safety guidelines',
          'content restrictions',
          'programming',
        ].map((rule) => `${none} ${rule}`),
      ),
    ],
    role: list(
      'act as, acting as, act like, acting like, pretend, pretends, you are now, you now are, roleplay, role play, imagine you are, imagine that you are, immerse yourself, play a game, in which you are, you are playing, where you are, you play, take on the role, takes on the role, play the role, assume the role, assume the persona, new persona, from now on you are, you will be, simulate being, become, your new name, you are no longer, you have become, you will act, you will play, you are acting, you are going to, youll be, lets play, let us play, we are playing, in this game, in this story, in this scenario, hypothetical, hypothetically, in a fictional, fictional world, stay in character, never break character, in character, alter ego, persona, as my late, my grandmother, my grandma, speaking as, write as, reply as, responding as, answering as, switch to, switch into, enter, transform into, turn into, simulate, emulate, mimic, behave as, behave like, respond as, answer as, speak as, new identity, your new role',
    ),
    repeat: list(
      'loop, loops, again, forever, indefinitely, endlessly, infinite, infinitely, in a loop, over and over, keep calling, keep going, continuously, without end, without stopping, never stop, ad infinitum, times in a row, recursively, until stopped',
    ),
    regardless: list(
      'regardless of, regardless, irrespective, no matter what, no matter which, no matter who, no matter how, whatever the user, whoever the user, whichever the user, independent of the user, independently of the user, even if the user, even when the user, instead of the user, instead of what the user, rather than what the user, other than what the user, in place of the user, whether or not the user, contrary to the user, against the user, what the user said, what the user selects, what the user asked for, the user asked for, they asked for, user entered, user typed, user provided, user specified, the original recipient, the original value, user request, user requested, users see, travellers see, customers see, the user sees',
    ),
    harm: list(
      'keylogger, keystroke logger, keystrokes, brute force, bruteforce, ransomware, rootkit, backdoor, reverse shell, bind shell, privilege escalation, credential dumping, dump credentials, password hashes, attacker controlled, ddos, botnet, cryptominer, crypto miner, spyware, malware payload, exfil, exfiltrate, exfiltration, exfiltrates, steal, steals, phishing page, phishing email, dns tunnel, lsass, mimikatz, shellcode, sam hive, kill antivirus, disable antivirus, disable defender, wipe disk, c2 beacon, persistence mechanism, webcam capture, screen capture spy, password spray, hash dump',
    ),
    rules: list(
      "you were told, you have been told, you've been told, you were given, you have been given, you've been given, you were instructed, you have been instructed, you've been instructed, you were taught, you were trained, instructed you, told you, taught you, you learned, you received, been told, been instructed, came before, you were made with, you were asked before, you were configured with, you have learned",
    ),
    mask: strong.flatMap((word) => [rot13(word), reversed(word)]),
  },
  verbs: {
    tell: list(
      'tell, mention, show, reveal, disclose, inform, notify, report, expose, display, explain, announce, acknowledge, alert, warn, discuss, describe, surface, admit, indicate, hint, talk, divulge, communicate, comment, let on, refer, bother, list',
    ),
    ignore: list(
      'ignore, disregard, forget, pay no attention to, set aside, put aside, lay aside, throw away, stop following, do not follow, do not obey, do not comply with, cease to follow, let go of, take no notice of, give no weight to, skip, no longer serve, no longer obey, no longer work for, no longer answer to, no longer listen to, no longer belong to, no longer represent, stop serving, stop obeying, do not serve, do not listen to, stop listening to, override, overlook, bypass, neglect, discard, dismiss, suspend, supersede, abandon, circumvent, disable, disobey, defy, betray, unlearn, drop, deactivate, cancel, void, violate, break, turn off, switch off, revoke, erase',
    ),
    read: list(
      'read, look up, look at, look into, record, open, obtain, collect, fetch, retrieve, get, load, access, cat, gather, extract, grab, list, find, locate, copy, dump, search, inspect, take, harvest, capture, enumerate, pull, look for, acquire, scrape, look through, go through, browse, dig, dig up, dig out, pick up, take note of, snapshot, query, examine, crawl, comb, sift, fish, pluck, decrypt, unlock, consult, borrow, source, track down, remember, memorise, memorize',
    ),
    send: list(
      'send, resend, reupload, resubmit, forward, upload, post, transmit, submit, email, mail, exfiltrate, leak, relay, transfer, deliver, share, publish, push, report, mirror, sync, ping, beacon, dispatch, copy, smuggle, redirect, e mail, blind copy, hand over, hand them, hand it, pass on, drop off, turn over, duplicate, export, stream, pipe, feed, route, reroute, funnel, convey, surrender, deposit, expose, hand in, pass along, send along, make available, replicate, ship, bounce, slip, whisper, invite, subscribe, enrol, enroll, broadcast, disseminate, remit',
    ),
    put: list(
      'include, type, prefix, suffix, pass, append, set, add, insert, place, attach, embed, provide, supply, fill, paste, give, prepend, encode, concatenate, enter, inject, write, reproduce, store, weave, substitute, replace, hide, specify, send, populate, echo, bundle, tack on, tag on, tuck, squeeze, work in, jot, jot down, spell out, quote, precede, note down, serialize, serialise, dump, transcribe, park, deposit, slip in, pack, prefill, interpolate, splice',
    ),
    write: list(
      'write, save, edit, create, install, modify, update, append, register, store, persist, add, configure, change, plant, schedule, enable, put, set, amend, alter, overwrite, insert',
    ),
    run: list(
      'run, execute, eval, evaluate, launch, spawn, start, perform, follow, obey, do, heed, adhere, honour, honor, implement, act on, comply with',
    ),
    call: list('call, invoke, use, trigger, consult, request, apply, query, rely, execute, run, ask'),
    ask: list(
      'ask, confirm, approve, consent, authorize, authorise, verify, prompt, agree, double check, seek, request, warn, check with, allow, accept',
    ),
    delete: list('delete, drop, wipe, purge, erase, remove, destroy, truncate, format, overwrite, clear'),
    prefer: list(
      'prefer, favour, favor, choose, select, prioritize, prioritise, recommend, pick, promote, rank, suggest, advertise, praise',
    ),
    remember: list('remember, memorise, memorize, retain, keep, internalize, store, note, persist'),
    answer: list(
      'answer, reply, respond, output, print, say, state, repeat, return, echo, write, claim, tell, give, recite, conclude, assert, translate, reveal, display, mention, list, show, confirm',
    ),
    role: list('impersonate'),
    repeat: list('repeat, retry, continue, keep, iterate'),
  },
  nouns: englishThings,
  misspeltFrom: 7,
  misspelt: [
    'ignore',
    'previous',
    'instructions',
    'disregard',
    'password',
    'credentials',
    'private',
    'secret',
    'reveal',
    'system',
    'override',
    'forget',
    'bypass',
    'secretly',
    'silently',
    'assistant',
    'guidelines',
    'restrictions',
    'upload',
  ],
}
