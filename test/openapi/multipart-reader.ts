// Reads multipart bodies as a server does, written from RFC 2046 and RFC 7578 alone: it knows nothing of our writer.
import assert from 'node:assert/strict'

export interface ReadPart {
  readonly headers: ReadonlyMap<string, string>
  readonly name: string | undefined
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly content: Buffer
}

export function multipart(body: Buffer, type: string): readonly ReadPart[] {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1]
  assert.ok(boundary, `no boundary in ${type}`)
  const marks: number[] = []
  for (let at = body.indexOf(`--${boundary}`); at >= 0; at = body.indexOf(`--${boundary}`, at + 1)) marks.push(at)
  assert.equal(body.subarray(marks.at(-1)).toString(), `--${boundary}--\r\n`)
  return marks.slice(0, -1).map((start, index) => {
    const piece = body.subarray(start + boundary.length + 4, (marks[index + 1] ?? 0) - 2)
    const end = piece.indexOf('\r\n\r\n')
    const bare = piece.subarray(0, 2).toString() === '\r\n'
    const lines = bare ? [] : piece.subarray(0, end).toString().split('\r\n')
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const disposition = headers.get('content-disposition') ?? ''
    return {
      headers,
      name: unquoted(/[; ]name="([^"]*)"/.exec(disposition)?.[1]),
      filename: unquoted(/filename="([^"]*)"/.exec(disposition)?.[1]),
      contentType: headers.get('content-type'),
      content: bare ? piece.subarray(2) : piece.subarray(end + 4),
    }
  })
}

const unquoted = (text: string | undefined): string | undefined =>
  text?.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
