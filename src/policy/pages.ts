// The way from an exchange to the protocols in `oauth/` that show pages to people, and back: they know neither sockets nor replies.
import { type Exchange, type Reply, text } from '../core/exchange.ts'
import { unreachable } from '../core/failure.ts'
import { readBody } from '../http/body.ts'
import type { Answer, Asked } from '../oauth/facade/answer.ts'
import type { Pages } from './policy.ts'

export const noPages: Pages = async (_page, status) => text(status, 'there are no pages here')

/** A request as they read it. */
export const askedIn = (x: Exchange): Asked => ({
  method: x.request.method ?? '',
  query: x.query.slice(1),
  headers: x.headers,
  // The connection's own: what a client says in `x-forwarded-for` would let it choose whose limit it uses up.
  address: x.request.socket.remoteAddress ?? '',
  body: (limit) => readBody(x, limit),
})

/** What they answer, as a reply. */
export async function replyOf(answer: Answer, pages: Pages): Promise<Reply> {
  switch (answer.kind) {
    case 'json':
    case 'empty':
      return answer
    case 'redirect': {
      const { location, headers } = answer
      const kept = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
      return { kind: 'empty', status: 302, headers: { ...headers, ...kept, location } }
    }
    case 'page': {
      const page = await pages(answer.page, answer.status)
      return { ...page, headers: { ...page.headers, ...answer.headers } }
    }
    default:
      return unreachable(answer)
  }
}
