// Calls that wait for an operator: the list, and the answer to one.
import type { Express } from 'express'
import type { Approval } from '../store/approvals.ts'

export interface ApprovalDesk {
  list(): Promise<readonly Approval[]>
  /** `false`: nothing with this id waits. */
  decide(id: string, state: 'approved' | 'denied'): Promise<boolean>
}

/**
 * `GET /api/approvals`, and `POST /api/approvals/ID?decision=approve|deny`. Like all of the API it answers this machine only, and no
 * page of another origin.
 */
export function approvals(app: Express, desk: ApprovalDesk): void {
  app.get('/api/approvals', async (_request, response) => {
    response.json({ approvals: await desk.list() })
  })
  app.post('/api/approvals/:id', async (request, response) => {
    const { decision } = request.query
    if (decision !== 'approve' && decision !== 'deny') {
      response.status(400).type('text').send('decision must be approve or deny\n')
      return
    }
    const done = await desk.decide(request.params.id, decision === 'approve' ? 'approved' : 'denied')
    if (done) response.type('text').send(`${decision === 'approve' ? 'approved' : 'denied'}\n`)
    else response.status(404).type('text').send('no call waits under this id\n')
  })
}
