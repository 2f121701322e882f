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
