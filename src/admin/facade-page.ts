// HTML of the OAuth facade's pages. Every text of a stranger is escaped, and what hides in it is shown. No scripts, nothing from elsewhere.
import { unreachable } from '../core/failure.ts'
import type { ConnectPage, ConsentPage, DevicePage, Page } from '../oauth/facade/answer.ts'
import type { Shown } from '../oauth/facade/names.ts'

export const css = `:root { color-scheme: light dark; font: 17px/1.55 system-ui, sans-serif }
body { max-width: 34rem; margin: 0 auto; padding: 2.5rem 1.25rem }
h1 { margin: 0 0 1rem; font-size: 1.45rem; line-height: 1.25; overflow-wrap: anywhere }
dl { margin: 1.25rem 0; border-block: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
dt { margin-top: .75rem; font-size: .85rem; opacity: .75 }
dd { margin: 0 0 .75rem; overflow-wrap: anywhere }
ul { margin: 0; padding-left: 1.25rem }
b.odd { padding: 0 .2em; border: 2px solid #c2410c; border-radius: .2em; font: .85em ui-monospace, monospace }
.warning { padding: .75rem 1rem; border-left: 4px solid #c2410c; background: color-mix(in srgb, #c2410c 12%, transparent) }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
button { padding: .6rem 1.4rem; border: 1px solid currentColor; border-radius: .4rem; background: none; color: inherit; font: inherit; cursor: pointer }
button.yes { border-color: #1d4ed8; background: #1d4ed8; color: #fff }
button:focus-visible, a:focus-visible { outline: 3px solid #60a5fa; outline-offset: 2px }
`

/** A whole page. */
export function html(page: Page): string {
  switch (page.kind) {
    case 'consent':
      return whole('Allow access?', consent(page))
    case 'device':
      return whole('Enter the code of your device', device(page))
    case 'connect':
      return whole('Connect your accounts', connect(page))
    case 'onward':
      return whole(
        'One moment',
        `<h1>One moment</h1>\n<p>You are sent to <a href="${escaped(page.to)}">${escaped(page.shown)}</a>.</p>`,
        `<meta http-equiv="refresh" content="0;url=${escaped(page.to)}">`,
      )
    case 'failed':
      return whole(page.title, `<h1>${escaped(page.title)}</h1>\n<p>${escaped(page.detail)}</p>`)
    default:
      return unreachable(page)
  }
}

function consent({ client, redirect, resource, scopes, action, request }: ConsentPage): string {
  const name = client.name.length === 0 ? 'An application without a name' : shown(client.name)
  const odd = client.name.some((piece) => piece.odd)
  return `<h1>Let <bdi>${name}</bdi> use ${escaped(resource)} in your name?</h1>
${odd ? '<p class="warning" role="alert">The name holds characters that hide or look like others; they are marked. Somebody may be imitating another application.</p>' : ''}
<dl>
<dt>Who asks</dt><dd>${whoAsks(client.origin)}</dd>
<dt>Where the access goes</dt><dd>${whereTo(redirect)}</dd>
<dt>What it may do</dt><dd>${scopes.length === 0 ? 'Use what you may use there.' : `<ul>${scopes.map(({ name: scope, words }) => `<li>${words === undefined ? shown(scope) : `${escaped(words)} (${shown(scope)})`}</li>`).join('')}</ul>`}</dd>
</dl>
${warning[redirect.place]}
<form method="post" action="${escaped(action)}">
<input type="hidden" name="request" value="${escaped(request)}">
<button class="yes" name="decision" value="approve">Allow, and log in</button>
<button name="decision" value="deny">Do not allow</button>
</form>`
}

/** A code that came with the link is shown, and compared by the person: whoever sent them the link may have sent the code too. */
function device({ code, problem, action, request }: DevicePage): string {
  const field = `<input name="user_code" value="${escaped(code)}" required autocomplete="off" autocapitalize="characters" spellcheck="false" size="12" aria-label="code">`
  return `<h1>Enter the code of your device</h1>
${problem === undefined ? '' : `<p class="warning" role="alert">${escaped(problem)}</p>`}
<p>A device or program of yours shows eight letters. ${code === '' ? 'Enter them here.' : 'They must be the ones below.'}</p>
<p class="warning" role="note">If somebody has sent you a code, or a link to this page, do not go on: they would act in your name.</p>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="request" value="${escaped(request)}">
${field}
<button class="yes">Go on</button>
</form>`
}

/** One form for each upstream: nobody is sent anywhere who has not asked for it. */
function connect({ upstreams, problem, action, page }: ConnectPage): string {
  const done = upstreams.every(({ connected }) => connected)
  const row = ({ key, name, connected }: ConnectPage['upstreams'][number]): string =>
    `<dt>${escaped(name)}</dt><dd>${
      connected
        ? 'Connected.'
        : `<form method="post" action="${escaped(action)}">
<input type="hidden" name="page" value="${escaped(page)}">
<button class="yes" name="upstream" value="${escaped(key)}">Connect ${escaped(name)}</button>
</form>`
    }</dd>`
  return `<h1>${done ? 'You are connected' : 'Connect your accounts'}</h1>
${problem === undefined ? '' : `<p class="warning" role="alert">${escaped(problem)}</p>`}
<p>${done ? 'Go back to your application: what you asked for works now.' : 'Tools behind this gateway want to act with an account of yours. You log in at each of them yourself; the gateway keeps the access it is given, for you alone.'}</p>
<dl>
${upstreams.map(row).join('\n')}
</dl>`
}

const note = (text: string): string => `<p class="warning" role="note">${text}</p>`

const onThisComputer = note('Go on only if you have just started this login yourself, in a program on this computer.')

const warning = {
  site: '',
  loopback: onThisComputer,
  application: onThisComputer,
  device: note('Go on only if that device is yours, is in front of you, and shows this code.'),
} as const satisfies Record<ConsentPage['redirect']['place'], string>

function whoAsks(origin: ConsentPage['client']['origin']): string {
  return origin.kind === 'document'
    ? `An application of <strong>${escaped(origin.host)}</strong>.`
    : 'An application that gave this name itself. Nobody has checked it.'
}

function whereTo({ shown: to, place }: ConsentPage['redirect']): string {
  switch (place) {
    case 'site':
      return `To <strong>${escaped(to)}</strong>.`
    case 'loopback':
      return `To a program on this computer, at <strong>${escaped(to)}</strong>.`
    case 'application':
      return `To the application on this computer that opens <strong>${escaped(to)}</strong>.`
    case 'device':
      return `To the device that shows the code <strong>${escaped(to)}</strong>.`
    default:
      return unreachable(place)
  }
}

const shown = (pieces: Shown): string =>
  pieces.map(({ text, odd }) => (odd ? `<b class="odd">${escaped(text)}</b>` : escaped(text))).join('')

const whole = (title: string, body: string, head = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
${head}<style>${css}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`

const characters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as text, in elements and in quoted attributes. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => characters[character] ?? '')
