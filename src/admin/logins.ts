// Logins of people at upstreams: the list, and the end of one.
import type { Express } from 'express'

/** Where logins are kept. */
export interface LoginDesk {
  /** Without tokens. */
  list(): Promise<readonly object[]>
  /** `false`: there is none with this id. */
  end(id: string): Promise<boolean>
}

/** `GET /api/logins`, and `DELETE /api/logins/ID`: the person logs in anew when they next need it. */
export function logins(app: Express, desk: LoginDesk): void {
  app.get('/api/logins', async (_request, response) => {
    response.json({ logins: await desk.list() })
  })
  app.delete('/api/logins/:id', async (request, response) => {
    const done = await desk.end(request.params.id)
    if (done) response.type('text').send('the login has ended here\n')
    else response.status(404).type('text').send('there is no login with this id\n')
  })
}
