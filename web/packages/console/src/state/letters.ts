// The printed documents that belong to a row, where the server offers them.
import type { Row } from '@lianfang/core'
import { permitSheet } from './permits'
import { api, tableNamed } from './session'

export interface LetterLink {
  title: 'observation.notice' | 'observation.release' | 'observation.card'
  href: string
}

export interface PrintLink {
  title:
    | 'detail.printPermit'
    | 'detail.showPermit'
    | 'detail.printSign'
    | 'detail.printRoster'
    | 'detail.printGatePaper'
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

/** What is printed, or shown on a phone, of a row: permits, signs and rosters, papers of those who serve. */
export function printLinks(table: string, row: Row): PrintLink[] {
  const { cells, id } = row
  switch (table) {
    case 'checkpoints.permits': {
      const card = permitSheet(table, row)
      if (!card) return []
      return [
        { title: 'detail.printPermit', href: card },
        { title: 'detail.showPermit', href: `/api/permits/${id}/page` },
      ]
    }
    case 'workforce.posts':
      return cells.state === 'standing' && row.can?.includes('workforce.name_lead')
        ? [{ title: 'detail.printSign', href: `/api/posts/${id}/sign.pdf` }]
        : []
    case 'workforce.rosters':
      return ['draft', 'published'].includes(String(cells.state))
        ? [{ title: 'detail.printRoster', href: `/api/rosters/${id}.pdf` }]
        : []
    case 'checkpoints.paper':
      return [{ title: 'detail.printGatePaper', href: `/api/gate-paper/${id}.pdf` }]
    case 'workforce.pledges':
      return [{ title: 'serving.pledge', href: api.paper('pledges', id) }]
    case 'workforce.certificates':
      return cells.withdrawn_on ? [] : [{ title: 'serving.certificate', href: api.paper('certificates', id) }]
    case 'workforce.check_in_codes':
      return cells.revoked_at || Date.parse(String(cells.expires_at)) <= Date.now()
        ? []
        : [{ title: 'serving.doorCode', href: api.paper('check-in', String(cells.area_path)) }]
    case 'areas.areas':
      return LEVELS_WITH_A_DOOR.includes(String(cells.level)) && tableNamed('workforce.check_ins')
        ? [{ title: 'serving.doorCode', href: api.paper('check-in', String(cells.path)) }]
        : []
    default:
      return []
  }
}
