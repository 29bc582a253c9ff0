// TP-131: orders are to be fetched from elsewhere, or taken from whatever comes back: the text that is checked is not the text that acts.
import { rule } from '../rule.ts'
import { addresses } from '../sinks.ts'
import { isAnswer, isOrder, isShown, topicOf } from '../speech.ts'

const steps =
  /\b(?:follow|obey|execute|apply|carry out|do|comply with|adopt)\b[^.;]{0,40}\b(?:instructions?|steps?|rules?|commands?|orders?|directions?|what(?:ever)? (?:it|they|that|the \w+) (?:says?|contains?|tells?|asks?)|there)\b/
const whatever =
  /\b(?:obey|comply with|do the bidding of) (?:the |that |this |its |whatever )?(?:page|site|website|document|file|response|text|result|e?mail|message|content|output)s?\b|\b(?:do|act|behave|proceed|continue) (?:exactly )?as (?:the |that |this |its )?(?:\w+ ){0,2}(?:says?|tells?|asks?|wants?|instructs?|demands?|commands?|told|instructed|directed)\b|\b(?:do|follow|obey|execute|perform|carry out|comply with)\b[^.;]{0,24}\b(?:what(?:ever)?|anything|everything|all that)\b[^.;]{0,40}\b(?:wants?|requests?|orders?|says?|contains?|tells?|asks?|instructs?|demands?|commands?)\b/

const promoted =
  /\btreat\b[^.;]{0,24}\b(?:results?|contents?|outputs?|texts?|pages?|responses?|answers?|it|them|everything)\b[^.;]{0,24}\bas (?:an? |the |if (?:it|they) were )?(?:\w+ )?(?:instructions?|orders?|commands?|requests?|prompts?)\b/

const within =
  /\b(?:follow|obey|execute|carry out|comply with|act on|adhere to|heed|honou?r|apply|implement|perform)\b[^.;]{0,30}\b(?:instructions?|commands?|orders?|directives?|directions?|steps|requests?|tasks?)\b[^.;]{0,24}\b(?:in it|inside|within|contained|embedded|found|included|returned|it (?:contains|holds|returns|gives)|(?:in|of|from) (?:the |this |that |its |any |each |every )?(?:\w+ )?(?:results?|pages?|responses?|outputs?|answers?|contents?|files?|documents?|texts?|fields?|messages?|comments?|e?mails?|html|readme|body))\b/
const obeyed =
  /\b(?:instructions?|commands?|orders?|texts?|requests?|content|directions?|whatever|anything|everything|remarks?|notes?)\b[^.;]{0,120}\b(?:(?:must|has to|have to|should|shall|is to|are to|needs? to) be|is|are) (?:\w+ly |to be )?(?:carried out|followed|obeyed|executed|honou?red|acted (?:up)?on|implemented|complied with|treated (?:as|like) (?:\w+ )?(?:\w+ )?(?:instructions?|orders?|commands?|requests?))\b/
const brought =
  /\b(?:(?:in|from|of|inside|within) (?:the |this |that |its |any |each |every |a )?(?:\w+ )?(?:results?|pages?|responses?|outputs?|answers?|contents?|files?|documents?|pdfs?|fields?|messages?|comments?|e?mails?|html|readme|body|attachments?|web ?sites?|images?)|addressed to|from the (?:server )?(?:owner|operator|author)|(?:items?|entries|lines|rows) (?:that|starting|beginning|with|marked)|embedded|contained|found there|returned)\b/
/** “They hold tasks. Carry those out.” */
const them =
  /\b(?:carry (?:them|those|these|it|that) out|(?:do|obey|follow|execute|perform|act on|act upon|complete|fulfil|heed) (?:them|those|these|it|all of (?:them|it)|each of them|any of them|such \w+))\b/
const holding =
  /\b(?:results?|pages?|responses?|outputs?|answers?|contents?|files?|documents?|pdfs?|fields?|messages?|comments?|e?mails?|html|readme|text|it returns|that come back)\b[^.]{0,60}\b(?:tasks?|instructions?|orders?|commands?|requests?|directions?|to-?dos?|wishes)\b|\b(?:tasks?|instructions?|orders?|commands?|requests?|directions?)\b[^.]{0,40}\b(?:in|inside|within|from|of) (?:the |its |a )?(?:\w+ )?(?:results?|pages?|responses?|outputs?|answers?|contents?|files?|documents?|messages?|comments?|e?mails?|text)\b/
const programs =
  /\b(?:run|execute|eval|evaluate|launch|start|inject|paste)\b[^.;]{0,24}\b(?:java ?script|code|scripts?|macros?|binar(?:y|ies)|attachments?|snippets?|commands?|programs?|installers?|payloads?)\b[^.;]{0,24}\b(?:found|that|on|from|in|of|which|returned|it (?:returns|finds)) (?:[\w]+ ){0,4}?(?:pages?|hits?|results?|sites?|e?mails?|attachments?|documents?|responses?|feed|web ?sites?|answers?|links?|readme|issue|comments?)\b/
const insisting =
  /\b(?:even (?:if|when|though)|regardless|no matter|without (?:asking|question|hesitation|delay|confirm\w*|further)|immediately|right away|at once|as if|silently|unconditionally|exactly|literally|instead|always|must|before anything|contradict\w*|override)\b/

export const remoteOrders = rule({
  looksAt: 'sentence',
  id: 'TP-131',
  class: 'override',
  severity: 'high',
  message: 'tells the model to take its orders from a page or an answer',
  advice: 'do not admit it: what comes from there is not what was approved here',
  needs: ['run', 'rules', 'must'],
  find(sentence, place) {
    const { text } = sentence
    const treated = promoted.exec(text)
    if (treated !== null && !sentence.has('not'))
      return {
        start: sentence.start + treated.index,
        end: sentence.start + treated.index + treated[0].length,
        severity: sentence.hasAny('user', 'run') ? 'high' : 'medium',
      }
    const program =
      isAnswer(place) || sentence.index === 0 || place.piece.surface === 'parameter' ? null : programs.exec(text)
    if (
      program !== null &&
      !sentence.has('not') &&
      !/browser|notebook|repl|sandbox|runner|exec|script/.test(topicOf(place))
    )
      return {
        start: sentence.start + program.index,
        end: sentence.start + program.index + program[0].length,
        severity: isShown(sentence, sentence.start + program.index) ? 'info' : 'medium',
      }
    const tasks = isAnswer(place) ? null : them.exec(text)
    const before = sentence.previous?.text ?? ''
    if (tasks !== null && !sentence.has('not') && holding.test(before))
      return {
        start: sentence.start + tasks.index,
        end: sentence.start + tasks.index + tasks[0].length,
        severity: isShown(sentence, sentence.start + tasks.index) ? 'info' : 'medium',
      }
    const passive = !isAnswer(place) && brought.test(text) ? obeyed.exec(text) : null
    if (passive !== null && sentence.index > 0 && !/\b(?:not|never|cannot)\b/.test(passive[0]))
      return {
        start: sentence.start + passive.index,
        end: sentence.start + passive.index + passive[0].length,
        severity: isShown(sentence, sentence.start + passive.index) ? 'info' : 'medium',
      }
    if (!sentence.all('run').some((each) => isOrder(sentence, each))) return undefined
    const far =
      addresses(sentence).some(({ kind }) => kind === 'url' || kind === 'ip') && sentence.hasAny('read', 'call')
        ? steps.exec(text)
        : null
    const inside = within.exec(text)
    const found = far ?? whatever.exec(text) ?? (inside !== null && insisting.test(text) ? inside : null)
    if (found === null) return undefined
    const start = sentence.start + found.index
    const end = start + found[0].length
    const isAbout = /step|task|workflow|plan|recipe|script|playbook|skill/.test(topicOf(place))
    if (isShown(sentence, start) || isAbout) return { start, end, severity: 'info' }
    // Manuals tell people to follow the steps of a page.
    if (isAnswer(place) && !sentence.hasAny('assistant', 'quiet')) return undefined
    return {
      start,
      end,
      severity:
        far === null && !sentence.hasAny('user', 'assistant', 'tool', 'quiet', 'regardless') ? 'medium' : 'high',
    }
  },
})
