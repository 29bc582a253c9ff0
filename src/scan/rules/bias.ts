// TP-220: what the user gets to see is to be coloured: somebody favoured, something left out, something called what it is not.
import type { Sentence } from '../reading.ts'
import { type Hit, type Place, rule } from '../rule.ts'
import { isAnswer, isShown } from '../speech.ts'

/** Somebody or something with an interest of its own. */
const parties =
  /\b(?:compan(?:y|ies)|brands?|competitors?|rivals?|partners?|sponsors?|sponsored|sponsors|advertisers?|advertisements?|ads?|promot\w+|vendors?|affiliates?|affiliated|marketplaces?|chains?|airlines?|hotels?|sellers?|shops?|stores?|retailers?|providers?|insurers?|banks?|brokers?|funds?|manufacturers?|part(?:y|ies)|politicians?|candidates?|offers?|deals?|products?|suppliers?|premium|members?|articles?|stories|reviews?|ratings?|complaints?|criticism|risks?|side effects?|warnings?|fees?|clauses?|drawbacks?|disadvantages?|recalls?|lawsuits?|alternatives?)\b|"[^"]{2,40}"|'[\w .&-]{2,40}'/
/** How they are to be treated. */
const treated =
  /\b(?:(?:comes?|goes?|is|are|be|gets?|appears?|rank(?:s|ed)?|listed|shown|named|mentioned|placed|put|presented|sorted|displayed) (?:\w+ly |always |only )?(?:first|last|on top|at the top|above (?:all|the) others?|ahead of|at the end|at the bottom|at rank)|(?:left|leaves?|leaving) (?:\w+ )?out|omit(?:s|ted)?|skipped|passed over|not (?:be )?(?:shown|listed|mentioned|named|reported|included)|never (?:be )?(?:shown|listed|mentioned|named|reported)|(?:described|presented|labelled|labeled|called|shown|reported|summari[sz]ed|rated|rendered|treated|marked|portrayed|referred to|framed|phrased|introduced) (?:\w+ )?as|(?:describe|present|label|call|report|rate|render|portray|frame|phrase|introduce|recommend|suggest|praise|name|favou?r|prefer|promote|push|highlight|advertise|endorse|downplay|play down|tone down|soften|exaggerate|embellish|round (?:up|down)|inflate|understate|overstate))\b/
/** What shows that it is done for somebody else than the user. */
const bent =
  /\b(?:even (?:when|if|though)|although|regardless|no matter|whatever|whether or not|without (?:\w+ )?(?:comment|remark|mention\w*|note|saying|telling|explain\w*)|unless (?:it|they|the \w+) (?:is|are) (?:positive|favou?rable|good)|as if (?:it|they|that) (?:were|was)|as (?:your|the user'?s?|the guests'?|the customer'?s?) (?:own )?(?:recommendation|favou?rite|idea|opinion|choice)|as your own|sponsor\w*|in (?:each|every|all|any) (?:\w+ )?(?:recommendations?|answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|lists?|comparisons?)|harmless|risk[- ]free|standard practice|nothing to worry|no (?:concern|cause)|guests'? favou?rite|always recommend|only recommend|never recommend|other than|cheaper|better rated|instead of|rather than|in favou?r of|at the expense|to the advantage|positive(?:ly)? only|only positive|neutrali[sz]ed?|unfavou?rable|negative)\b/

export const bias = rule({
  looksAt: 'sentence',
  id: 'TP-220',
  class: 'preference',
  severity: 'medium',
  message: 'has what the user gets to see coloured in the interest of somebody else',
  advice: 'ask the author in whose interest it is: what users see should be what was found',
  kinds: ['tool', 'server', 'prompt'],
  surfaces: ['description', 'instructions', 'parameter', 'message'],
  needs: [
    'prefer',
    'answer',
    'tell',
    'regardless',
    'must',
    'not',
    'best',
    'every',
    'before',
    'put',
    'send',
    'call',
    'ignore',
    'user',
    'prior',
  ],
  find(sentence, place) {
    if (isAnswer(place) || (sentence.index === 0 && place.piece.surface === 'description')) return undefined
    const how = bent.exec(sentence.text)
    if (how === null) return undefined
    const what = treated.exec(sentence.text)
    if (what === null || !parties.test(sentence.text) || isHonest(sentence, place)) return undefined
    return span(sentence, what)
  },
})

function span(sentence: Sentence, found: RegExpExecArray): Hit | undefined {
  const start = sentence.start + found.index
  return isShown(sentence, start) ? undefined : { start, end: sentence.end }
}

/** Columns, fields and files are left out and put first all the time, and parameters say so. */
const isHonest = ({ text }: Sentence, { piece }: Place): boolean =>
  piece.surface === 'parameter' ||
  /\b(?:if true|if set|if false|by default|default(?:s|ing)? to|null|empty|optional|columns?|fields?|parameters?|arguments?|properties|rows?|files?|director(?:y|ies)|branches|commits?|issues?|tests?|errors?|json|schema|syntax|query|tool)\b/.test(
    text,
  )
