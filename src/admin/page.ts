// The page at /ui: what runs, read from /api/runtime. Texts of upstreams become text nodes, never markup.

export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Toolgate</title>
<link rel="stylesheet" href="/ui/page.css">
<script src="/ui/page.js" defer></script>
</head>
<body>
<header><h1>Toolgate</h1><p id="facts" role="status">asking…</p></header>
<main>
<section aria-labelledby="binds-title">
<h2 id="binds-title">Listening</h2>
<table><thead><tr><th scope="col">bind</th><th scope="col">listeners</th></tr></thead><tbody id="binds"></tbody></table>
</section>
<section aria-labelledby="targets-title">
<h2 id="targets-title">Targets</h2>
<table><thead><tr><th scope="col">name</th><th scope="col">reached at</th><th scope="col">tools</th><th scope="col">document</th><th scope="col">health</th><th scope="col">observed</th></tr></thead><tbody id="targets"></tbody></table>
</section>
<p><a href="/config_dump">configuration in force</a> · <a href="/api/runtime">as JSON</a> · <a href="/api/openapi">OpenAPI documents, and what was lost of them</a> · <a href="/api/shield">tools and prompts that should be looked at</a></p>
</main>
<noscript>This page reads <a href="/api/runtime">/api/runtime</a> with a script.</noscript>
</body>
</html>
`

export const css = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { margin: 0; font-size: 1.5rem }
h2 { font-size: 1.1rem }
table { width: 100%; border-collapse: collapse }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); text-align: left; overflow-wrap: anywhere }
.down { font-weight: 600 }
`

export const script = `'use strict'
const row = (cells) => {
  const tr = document.createElement('tr')
  for (const cell of cells) tr.appendChild(document.createElement('td')).textContent = cell
  return tr
}
const none = (columns) => {
  const tr = row(['none'])
  tr.firstChild.colSpan = columns
  return tr
}
const show = (id, rows, columns) => document.getElementById(id).replaceChildren(...(rows.length > 0 ? rows : [none(columns)]))
const told = (document) => {
  if (document === undefined) return ''
  const troubles = [[document.lost, 'lost'], [document.doubtful, 'doubtful']].filter(([count]) => count > 0)
  return [document.title + ' ' + document.version, document.score.toFixed(1) + ' % faithful', ...troubles.map((trouble) => trouble.join(' '))].join(', ')
}
const refresh = async () => {
  const facts = document.getElementById('facts')
  try {
    const answer = await fetch('/api/runtime')
    const runtime = await answer.json()
    facts.textContent = 'version ' + runtime.build.version + ', generation ' + runtime.generation + ', process ' + runtime.pid + ', up ' + Math.round(runtime.uptimeMs / 1000) + ' s'
    show('binds', runtime.binds.map((bind) => row([bind.name, bind.listeners.join(', ')])), 2)
    show('targets', runtime.targets.map((target) => {
      const health = target.health ?? { level: 'unknown', summary: 'not asked yet', observedAt: '' }
      const tr = row([target.name, target.endpoint, target.tools ?? '', told(target.document), health.level + (health.summary ? ': ' + health.summary : ''), health.observedAt ?? ''])
      if (health.level === 'down') tr.className = 'down'
      return tr
    }), 6)
  } catch {
    facts.textContent = 'the gateway does not answer'
  }
}
void refresh()
setInterval(refresh, 5000)
`
