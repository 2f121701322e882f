// The hand-made pages a menu or a gap may name. A name not here is left out rather than shown broken.
import { MATCHES, QUEUES } from './pairs'
import { me, tableNamed } from './session'

const PAGES = {
  home: { title: 'nav.home', icon: 'home', to: { name: 'home' } },
  intake: { title: 'nav.intake', icon: 'upload', to: { name: 'intake' } },
  coverage: { title: 'nav.coverage', icon: 'map', to: { name: 'coverage' } },
  posts: { title: 'posts.title', icon: 'map', to: { name: 'posts' } },
  report: { title: 'nav.report', icon: 'report', to: { name: 'report' } },
  forms: { title: 'nav.forms', icon: 'report', to: { name: 'forms' } },
  sheets: { title: 'nav.sheets', icon: 'table', to: { name: 'sheets' } },
  pairs: { title: 'nav.pairs', icon: 'columns', to: { name: 'pairs', params: { queue: 'doubles' } } },
  matches: { title: 'nav.pairs', icon: 'columns', to: { name: 'pairs', params: { queue: 'matches' } } },
  registers: { title: 'nav.registers', icon: 'map', to: { name: 'registers' } },
  jobs: { title: 'nav.jobs', icon: 'jobs', to: { name: 'jobs' } },
} as const

export type PageKey = keyof typeof PAGES

export function pageOf(key: string): (typeof PAGES)[PageKey] | undefined {
  return Object.hasOwn(PAGES, key) ? PAGES[key as PageKey] : undefined
}

/** What the menu lists; the queues of one page are one entry. */
export const PAGE_KEYS = (Object.keys(PAGES) as PageKey[]).filter((key) => key !== 'matches')

/** Whether the page has anything for this person: hiding it is a courtesy, the server decides. */
export function maySeePage(page: PageKey): boolean {
  if (page === 'intake') return me.value?.can.includes('intake.open_batch') ?? false
  if (page === 'report') return tableNamed('reports.reports') !== undefined
  if (page === 'coverage') return me.value?.can.includes('screening.coverage') ?? false
  if (page === 'posts') return tableNamed('workforce.posts') !== undefined
  if (page === 'sheets') return tableNamed('reports.sheets') !== undefined
  if (page === 'pairs') return QUEUES.some((queue) => tableNamed(queue.table))
  if (page === 'matches') return tableNamed(MATCHES.table) !== undefined
  if (page === 'registers') return me.value?.can.includes('areas.migrate_register') ?? false
  if (page === 'jobs') return tableNamed('jobs.jobs') !== undefined
  return true
}
