// The printed documents that belong to a row, where the server offers them.
import type { Row } from '@lianfang/core'
import { api, tableNamed } from './session'

export interface LetterLink {
  title:
    | 'observation.notice'
    | 'observation.release'
    | 'observation.card'
    | 'serving.pledge'
    | 'serving.certificate'
    | 'serving.doorCode'
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

const LEVELS_WITH_A_DOOR = ['village']

/** Papers of those who serve: a pledge to sign, a certificate still in force, the code at a community's door. */
export function paperLinks(table: string, row: Row): LetterLink[] {
  if (table === 'workforce.pledges') return [{ title: 'serving.pledge', href: api.paper('pledges', row.id) }]
  if (table === 'workforce.certificates' && !row.cells.withdrawn_on)
    return [{ title: 'serving.certificate', href: api.paper('certificates', row.id) }]
  if (
    table === 'areas.areas' &&
    LEVELS_WITH_A_DOOR.includes(String(row.cells.level)) &&
    tableNamed('workforce.check_ins')
  )
    return [{ title: 'serving.doorCode', href: api.paper('check-in', String(row.cells.path)) }]
  return []
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
