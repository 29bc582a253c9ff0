// A person with a browser without a window: cookies, redirects, forms, and pages that send one on.
import { request } from 'node:http'

export interface Page {
  readonly url: string
  readonly status: number
  readonly text: string
}

const NOWHERE = 'nowhere:'

export class Browser {
  readonly #jars = new Map<string, Map<string, string>>()
  /** Pages that were seen, as `host path`. */
  readonly seen: string[] = []

  /** Opens a link and goes on as a person would: agrees, logs in as `user`, until `stop` is where it leads; that address. */
  async through(link: string, user: string, stop: string): Promise<URL> {
    let page = await this.#open(link, stop)
    for (let step = 0; typeof page !== 'string'; step++) {
      if (step > 12) throw new Error(`no end in sight:\n${this.seen.join('\n')}\n${page.text}`)
      page = await this.#next(page, user, stop)
    }
    return new URL(page)
  }

  /** Opens a link of a connect page, and connects every account on it, as `user`; the last page. */
  async connected(link: string, user: string): Promise<Page> {
    let page = await this.#open(link, NOWHERE)
    for (let step = 0; typeof page !== 'string'; step++) {
      if (step > 40) throw new Error(`no end in sight:\n${this.seen.join('\n')}\n${page.text}`)
      if (page.status !== 200 || page.text.includes('You are connected') || page.text.includes('role="alert"'))
        return page
      page = await this.#next(page, user, NOWHERE)
    }
    throw new Error('there is no such place')
  }

  /** Opens the page for a device with the code in the link, and goes on as its owner would; the last page. */
  async entered(link: string, user: string): Promise<Page> {
    let page = await this.opened(link)
    for (let step = 0; !page.text.includes('You are logged in'); step++) {
      if (step > 12) throw new Error(`no end in sight:\n${this.seen.join('\n')}\n${page.text}`)
      const next = await this.#next(page, user, NOWHERE)
      if (typeof next === 'string') throw new Error('there is no such place')
      page = next
    }
    return page
  }

  /** Opens a link and follows redirects, filling in nothing. */
  async opened(link: string): Promise<Page> {
    const page = await this.#open(link, NOWHERE)
    if (typeof page === 'string') throw new Error('there is no such place')
    return page
  }

  async #next(page: Page, user: string, stop: string): Promise<Page | string> {
    const onward = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(page.text)?.[1]
    if (onward !== undefined) return this.#open(new URL(unescaped(onward), page.url).href, stop)
    const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1]
    if (action === undefined || page.status !== 200) throw new Error(`${page.status} ${page.url}\n${page.text}`)
    const hidden = [...page.text.matchAll(/<input (?:type="hidden" )?name="(\w+)" value="([^"]*)"/g)]
    const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescaped(value)]))
    const button = /<button class="yes" name="(\w+)" value="([^"]+)"/.exec(page.text)
    const filled = button
      ? { ...fields, [button[1] ?? '']: unescaped(button[2] ?? '') }
      : { ...fields, login: user, password: 'not looked at' }
    return this.#open(new URL(unescaped(action), page.url).href, stop, filled)
  }

  /** A page behind redirects; or the address that begins with `stop`, which is not opened. */
  async #open(link: string, stop: string, form?: Record<string, string>): Promise<Page | string> {
    if (link.startsWith(stop)) return link
    const { host, pathname } = new URL(link)
    this.seen.push(`${host} ${pathname}`)
    const answer = await this.#send(link, form)
    return answer.location === undefined ? answer.page : this.#open(new URL(answer.location, link).href, stop)
  }

  #send(
    link: string,
    form?: Record<string, string>,
  ): Promise<{ readonly page: Page; readonly location: string | undefined }> {
    const { host } = new URL(link)
    const jar = this.#jars.get(host) ?? new Map<string, string>()
    this.#jars.set(host, jar)
    const headers = {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    return new Promise((resolve, reject) => {
      const call = request(link, { method: form === undefined ? 'GET' : 'POST', headers, agent: false }, (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [pair = ''] = line.split(';')
          jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
        }
        let text = ''
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () =>
            resolve({
              page: { url: link, status: response.statusCode ?? 0, text },
              location: response.headers.location,
            }),
          )
      })
      call.once('error', reject).end(form === undefined ? undefined : new URLSearchParams(form).toString())
    })
  }
}

const unescaped = (text: string): string =>
  text.replace(/&(amp|quot|lt|gt|#39);/g, (_, name: string) => ({ amp: '&', quot: '"', lt: '<', gt: '>' })[name] ?? "'")
