// Two edits of one record as the server shows them: 电话：13812345678 ⇄ 13912345678；户主：王明 ⇄ 王明明
import type { Choice } from '@lianfang/core'

export interface Sides {
  field: string
  column: string
  now: string
  other: string
}

const EMPTY = '空'

/** The two values of every edited field, in the order of the edit. What the reader may not see at all is left empty. */
export function sidesOf(fields: string[], labels: Choice[], shown: Record<string, string>): Sides[] {
  const parts = Object.entries(shown).flatMap(([column, text]) =>
    text.split('；').map((part) => ({ column, ...pairOf(part) })),
  )
  return fields.map((field) => {
    const label = labels.find((one) => one.value === field)?.label.zh ?? field
    const found = parts.find((part) => part.label === label)
    return { field, column: found?.column ?? '', now: found?.now ?? '', other: found?.other ?? '' }
  })
}

function pairOf(part: string): { label: string; now: string; other: string } {
  const at = part.indexOf('：')
  const [now = '', other = ''] = part.slice(at + 1).split(' ⇄ ')
  return { label: part.slice(0, at), now: now === EMPTY ? '' : now, other: other === EMPTY ? '' : other }
}
