// Answers that are sequences: one text for each event, line or record.

/** At most so many, in their order. */
export function events(source: string, type: string, most: number): readonly string[] {
  if (type === 'text/event-stream') return serverSent(source, most)
  const pieces = type.includes('json-seq') ? source.split('\u001e') : source.split(/\r?\n/)
  const texts: string[] = []
  for (const piece of pieces) {
    if (texts.length >= most) break
    const plain = piece.trim()
    if (plain !== '') texts.push(plain)
  }
  return texts
}

/** The data of each event (HTML, §9.2.6); comments, names and ids are not for models. */
function serverSent(source: string, most: number): readonly string[] {
  const texts: string[] = []
  let data: string[] = []
  for (const line of `${source}\n\n`.split(/\r\n|\n|\r/)) {
    if (texts.length >= most) break
    if (line === '') {
      if (data.length > 0) texts.push(data.join('\n'))
      data = []
    } else if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
    else if (line === 'data') data.push('')
  }
  return texts
}
