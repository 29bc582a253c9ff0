// Code in answers that takes from the machine it runs on and sends it away: whoever pastes it does not read it.
import { type Hit, rule } from '../rule.ts'

/** What leaves the machine, in languages that people paste. */
const sends =
  /\b(?:requests|httpx|aiohttp|session|axios|http)\.(?:post|put|get|request)\s*\(|\burlopen\s*\(|\bfetch\s*\(|\bxmlhttprequest\b|\bsendbeacon\s*\(|\bsmtplib\b|\bsocket\.(?:connect|create_connection)|\bcurl(?:_exec|_setopt)?\b|\bhttpclient\b|\bnet\.connect\s*\(|\bwebhook\b/
/** What only this machine or its user has. */
const takes =
  /\bos\.(?:environ|getenv|uname|getlogin|listdir|walk)|\bprocess\.env\b|\bgetenv\s*\(|\bplatform\.\w+\s*\(|\bgetpass\b|\bgethostname\b|\bcookie(?:jar|s)?\b|\bkeyring\b|\bpyperclip\b|\bclipboard\b|\bimagegrab\b|\bscreenshot\b|\bwebcam|\bvideocapture\b|\bpsutil\b|\busb\.core\b|\bwmi\b|\bwinreg\b|\bsubprocess\.(?:check_output|getoutput|popen|run)|\bsqlite3\.connect|\blogin data\b|\bid_rsa\b|\/etc\/(?:passwd|shadow)|~\/\.(?:ssh|aws|kube)|\bhistory\b|\bopen\s*\([^)\n]{0,80}["']rb?["']|\bglob\.glob|\bnavigator\.(?:geolocation|clipboard)|\blocalstorage\b|\bdocument\.cookie\b/
/** That it is given to the reader, not told of. */
const offered =
  /\b(?:following|below|this|these|subsequent|next|here is|add|use|include|paste|run)\b[^\n]{0,60}\b(?:code|snippet|block|section|excerpt|function|lines?|script|segment|program)\b/

/** Longer blocks are programs. */
const LONGEST = 4000

export const code = rule({
  id: 'TP-185',
  class: 'exfiltration',
  looksAt: 'text',
  // Most of such code is honest: it is worth a look before it is run, no more.
  severity: 'low',
  message: 'the answer offers code that reads from the machine it runs on and sends it to an address',
  advice: 'do not run or paste it unread',
  kinds: ['result'],
  surfaces: ['content'],
  find({ text }) {
    const found: Hit[] = []
    let open = text.indexOf('```')
    while (open >= 0) {
      const close = text.indexOf('```', open + 3)
      const end = close < 0 ? text.length : close
      const block = text.slice(open + 3, Math.min(end, open + 3 + LONGEST))
      if (
        /https?:\/\//.test(block) &&
        sends.test(block) &&
        takes.test(block) &&
        offered.test(text.slice(Math.max(0, open - 200), open))
      )
        found.push({ start: open, end: Math.min(text.length, end + 3) })
      open = close < 0 ? -1 : text.indexOf('```', close + 3)
    }
    return found
  },
})
