// What people have granted to clients of facades: the list, and the end of one, of a person's or of a client's.
import type { Express, Request } from 'express'

interface By {
  readonly id?: string
  readonly subject?: string
  readonly client?: string
}

/** Where grants are kept. */
export interface GrantDesk {
  /** Without tokens. */
  list(by: By): Promise<readonly object[]>
  /** How many there were. */
  end(by: By): Promise<number>
}

/**
 * `GET /api/grants`, with `?subject=` and `?client=`; `DELETE /api/grants/ID`, and `DELETE /api/grants` with at least one of the two:
 * the person is asked for consent and logs in anew.
 */
export function grants(app: Express, desk: GrantDesk): void {
  app.get('/api/grants', async (request, response) => {
    response.json({ grants: await desk.list(byOf(request)) })
  })
  app.delete('/api/grants', async (request, response) => {
    const by = byOf(request)
    if (by.subject === undefined && by.client === undefined)
      response.status(400).type('text').send('say whose: ?subject= or ?client=\n')
    else response.json({ ended: await desk.end(by) })
  })
  app.delete('/api/grants/:id', async (request, response) => {
    if ((await desk.end({ id: request.params.id })) > 0) response.type('text').send('the grant has ended\n')
    else response.status(404).type('text').send('there is no grant with this id\n')
  })
}

/** Parameters that are there twice are none: nobody could say which of them was meant. */
function byOf({ query }: Request): By {
  const { subject, client } = query
  return {
    ...(typeof subject === 'string' && subject !== '' && { subject }),
    ...(typeof client === 'string' && client !== '' && { client }),
  }
}
