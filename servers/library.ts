// A REST API, no MCP at all: the books and loans of `openapi/library.json`, in memory. Pages, pictures, tables, forms, events, conflicts.
import type { RequestListener } from 'node:http'
import document from '../openapi/library.json' with { type: 'json' }
import { isProgram } from './program.ts'
import { type Answer, type Asked, type Operation, rest, restProgram } from './rest.ts'

interface Book {
  readonly isbn: string
  readonly title: string
  readonly author: string
  readonly year: number
  readonly subjects: readonly string[]
  lentTo: string | null
}

interface Loan {
  readonly loan: number
  readonly isbn: string
  readonly member: string
  readonly days: number
}

const BASE = '/library/v1'
const loansAtMost = 1_000

const shelf: readonly (readonly [isbn: string, title: string, author: string, year: number, ...subjects: string[]])[] =
  [
    ['9780141439518', 'Pride and Prejudice', 'Jane Austen', 1813, 'novel', 'classic'],
    ['9780141439471', 'Frankenstein', 'Mary Shelley', 1818, 'novel', 'horror'],
    ['9780140449136', 'Crime and Punishment', 'Fyodor Dostoevsky', 1866, 'novel', 'crime'],
    ['9780140449266', 'The Count of Monte Cristo', 'Alexandre Dumas', 1846, 'novel', 'adventure'],
    ['9780486284729', 'Relativity', 'Albert Einstein', 1916, 'physics'],
    ['9780486415871', 'On the Origin of Species', 'Charles Darwin', 1859, 'biology'],
    ['9780140441185', 'Thus Spoke Zarathustra', 'Friedrich Nietzsche', 1883, 'philosophy'],
  ]

/** A picture of one pixel: what matters is that it is one. */
const cover = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const problem = (status: number, detail: string): Answer => [
  status,
  JSON.stringify({ title: status === 404 ? 'not there' : 'not possible', status, detail }),
  { 'content-type': 'application/problem+json' },
]

/** Books, and who has them. */
class Desk {
  readonly books: readonly Book[] = shelf.map(([isbn, title, author, year, ...subjects]) => ({
    isbn,
    title,
    author,
    year,
    subjects,
    lentTo: null,
  }))
  readonly history: string[] = []
  readonly #loans = new Map<number, Loan>()
  #loan = 0
  #suggestion = 0

  find(isbn: string | undefined): Book | undefined {
    return this.books.find((book) => book.isbn === isbn)
  }

  loansOf(member: unknown): readonly Loan[] {
    return [...this.#loans.values()].filter((loan) => loan.member === member)
  }

  borrow(asked: Asked): Answer {
    const { isbn, member, days } = wishIn(asked)
    const book = this.find(isbn)
    if (book === undefined || member === undefined) return problem(404, `there is no book ${isbn ?? ''}`)
    if (book.lentTo !== null) return problem(409, `${book.title} is with ${book.lentTo}`)
    if (this.#loans.size >= loansAtMost) return problem(503, 'too many loans')
    const loan = { loan: ++this.#loan, isbn: book.isbn, member, days: days ?? 14 }
    this.#loans.set(loan.loan, loan)
    book.lentTo = member
    this.history.push(`${member} has borrowed ${book.title}`)
    return [201, loan]
  }

  bringBack(number: number): Answer {
    const loan = this.#loans.get(number)
    const book = this.find(loan?.isbn)
    if (loan === undefined || book === undefined) return problem(404, `there is no loan ${number}`)
    this.#loans.delete(number)
    book.lentTo = null
    this.history.push(`${book.title} is on the shelf again`)
    return [204]
  }

  suggest({ body }: Asked): Answer {
    const form = new URLSearchParams(body.toString())
    const title = form.get('title') ?? ''
    if (title === '') return problem(400, 'which book?')
    return [202, { number: ++this.#suggestion, title, reasons: form.getAll('reasons') }]
  }
}

/** The API over books of its own. */
export function library(): RequestListener {
  const desk = new Desk()
  const png = { 'content-type': 'image/png' }
  const csv = { 'content-type': 'text/csv; charset=utf-8' }
  const events = { 'content-type': 'text/event-stream' }
  const operations: readonly Operation[] = [
    ['GET', /^\/books$/, ({ query }) => page(desk.books, query)],
    ['GET', /^\/books\/([\dX]+)$/, (_, [isbn]) => found(desk.find(isbn))],
    ['GET', /^\/books\/([\dX]+)\/cover$/, (_, [isbn]) => (desk.find(isbn) ? [200, cover, png] : found(undefined))],
    ['GET', /^\/catalogue\.csv$/, () => [200, table(desk.books), csv]],
    ['GET', /^\/search$/, ({ query }) => [200, desk.books.filter((book) => speaksOf(book, query.get('q') ?? ''))]],
    ['POST', /^\/suggestions$/, (asked) => desk.suggest(asked)],
    ['GET', /^\/loans$/, ({ request: { headers } }) => [200, desk.loansOf(headers['x-member'])]],
    ['POST', /^\/loans$/, (asked) => desk.borrow(asked)],
    ['DELETE', /^\/loans\/(\d+)$/, (_, [loan]) => desk.bringBack(Number(loan))],
    ['GET', /^\/loans\/events$/, () => [200, desk.history.map((text) => `data: ${text}\n\n`).join(''), events]],
  ]
  return rest({ base: BASE, document, operations, refusal: problem })
}

const found = (book: Book | undefined): Answer =>
  book === undefined ? problem(404, 'there is no such book') : [200, book]

const speaksOf = ({ title, author }: Book, text: string): boolean =>
  `${title} ${author}`.toLowerCase().includes(text.toLowerCase())

function page(books: readonly Book[], query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 3)
  const start = Number(query.get('cursor') ?? 0)
  const [from, to] = [Number(query.get('published[from]') ?? 0), Number(query.get('published[to]') ?? 9_999)]
  if (![limit, start, from, to].every(Number.isSafeInteger) || limit < 1) return problem(400, 'a number was expected')
  const subjects = (query.get('subject') ?? '').split('|').filter((subject) => subject !== '')
  const fitting = books.filter(
    (book) =>
      book.year >= from &&
      book.year <= to &&
      speaksOf(book, query.get('text') ?? '') &&
      (subjects.length === 0 || book.subjects.some((subject) => subjects.includes(subject))),
  )
  const end = start + limit
  return [200, { books: fitting.slice(start, end), next_cursor: end < fitting.length ? String(end) : null }]
}

const table = (books: readonly Book[]): string =>
  [
    'isbn,title,author,year',
    ...books.map(({ isbn, title, author, year }) => `${isbn},"${title}","${author}",${year}`),
  ].join('\n')

interface Wish {
  readonly isbn?: string
  readonly member?: string
  readonly days?: number
}

/** What somebody wants to borrow, as far as it can be read. */
function wishIn({ body }: Asked): Wish {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    return {}
  }
  if (typeof value !== 'object' || value === null) return {}
  return {
    ...('isbn' in value && typeof value.isbn === 'string' && { isbn: value.isbn }),
    ...('member' in value && typeof value.member === 'string' && { member: value.member }),
    ...('days' in value && typeof value.days === 'number' && { days: value.days }),
  }
}

if (isProgram(import.meta)) await restProgram(library())
