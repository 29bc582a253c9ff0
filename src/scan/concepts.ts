// The vocabulary of the grammar that rules are written in: what a word or phrase of any language can mean to a scan.

/**
 * Order is part of nothing: a concept's position only numbers its bit. Words get their concepts in lexicon/, one file a
 * language; the first group is for words, the second for whole phrases that say by themselves what rules otherwise conclude
 * from several words (for languages where nobody wrote the grammar).
 */
export const concepts = [
  // Who is addressed, who is left out.
  'you', // you, your
  'assistant', // assistant, model, agent, LLM, names of models
  'user', // user, human, customer, operator
  // Modality.
  'not', // not, never, without, avoid
  'must', // must, always, required, mandatory
  'please', // please, now, first, next: what stands before a bare imperative
  // Acts.
  'tell', // tell, mention, show, reveal
  'ignore', // ignore, disregard, forget, override
  'read', // read, open, obtain, collect
  'send', // send, forward, upload, post
  'put', // include, pass, append, set
  'write', // write, save, edit, create, install
  'run', // run, execute, eval
  'call', // call, invoke, use
  'ask', // ask, confirm, approve, consent (verb or noun)
  'delete', // delete, drop, wipe, purge
  'prefer', // prefer, favour, choose
  'remember', // remember, memorise, persist
  'answer', // answer, reply, respond, output
  // Things.
  'rules', // instructions, guidelines, prompt, restrictions
  'prior', // previous, above, original
  'secret', // password, private key, .env: whatever nobody hands out
  'private', // inbox, contacts, documents, home directory
  'talk', // conversation, chat history, system prompt, list of tools
  'param', // parameter, argument, field, header
  'outside', // webhook, external server, remote host
  'config', // files that agents and shells start from
  'tool', // tool, function, endpoint
  'session', // session, future, from now on
  'safety', // safety, filters, safeguards, restrictions
  'money', // payment, refund, wallet, invoice
  'pressure', // otherwise, will fail, be blocked
  'authority', // administrator, compliance, policy, security team
  'before', // before, prior to, first, after, whenever
  'every', // every, all, any, each
  'quiet', // silently, secretly, behind the scenes
  'detect', // detects, blocks, filters, such as, e.g.: speaks about attacks
  'best', // best, superior, most reliable
  'mask', // rot13 or reversed spellings of strong words
  'free', // unrestricted, uncensored, jailbroken
  'role', // act as, pretend, you are now
  'repeat', // repeat, loop, again, until
  'regardless', // regardless of what the user said, whoever is named
  'harm', // keylogger, brute force: what honest tools are not for
  'inner', // system prompt, hidden instructions: what makes a model what it is
  'said', // the user wrote, they typed
  'pretext', // for billing, licence check, warm-up: why, as they say
  // Whole phrases.
  'says-override', // “ignore all previous instructions”
  'says-conceal', // “do not tell the user”
  'says-consent', // “the user has already agreed”
  'says-exfil', // “send the private key to …”
  'says-role', // “you are now”, “new system prompt”
  'says-tool', // “before using any other tool”
] as const
export type Concept = (typeof concepts)[number]
