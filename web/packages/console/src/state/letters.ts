// The printed documents that belong to a row, where the server offers them.
import type { Row } from '@lianfang/core'
import { api } from './session'

export interface LetterLink {
  title: 'observation.notice' | 'observation.release' | 'observation.card'
  href: string
}

/** Letters of an observation order; the release certificate only once the order is released. */
export function letterLinks(table: string, row: Row): LetterLink[] {
  if (table !== 'observation.orders') return []
  const link = (title: LetterLink['title'], name: string): LetterLink => ({ title, href: api.letter(name, row.id) })
  const released = row.cells.state === 'released'
  return [
    link('observation.notice', 'notice'),
    link('observation.card', 'temperature'),
    ...(released ? [link('observation.release', 'release')] : []),
  ]
}

export interface PrintLink {
  title: 'detail.printSign' | 'detail.printRoster'
  href: string
}

/** What is printed of a row of duty: the sign of a standing post, the table of a roster. */
export function printLinks(table: string, row: Row): PrintLink[] {
  if (table === 'workforce.posts' && row.cells.state === 'standing' && row.can?.includes('workforce.name_lead')) {
    return [{ title: 'detail.printSign', href: `/api/posts/${row.id}/sign.pdf` }]
  }
  if (table === 'workforce.rosters' && ['draft', 'published'].includes(String(row.cells.state))) {
    return [{ title: 'detail.printRoster', href: `/api/rosters/${row.id}.pdf` }]
  }
  return []
}
