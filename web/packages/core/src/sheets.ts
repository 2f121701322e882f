// Other people's sheets as the server tells of them: a grid, what each column and cell asks, what may fill it.
import type { Api } from './api'
import type { Job } from './contract'
import type { Bilingual } from './text'

export interface SheetAsked {
  place: string
  header: string
  meaning: string
  confidence: number
  remembered: boolean
}

export interface SheetList {
  kind: 'table' | 'areas'
  table: string
  header_top: number
  first: number
  last: number
  total: number
  columns: SheetAsked[]
  by_table: Record<string, Record<string, string>>
  fixed: Record<string, string>
  /** The filter that an older edition was confirmed with. */
  where: Record<string, string>
}

export interface SheetGrid {
  rows: string[][]
  merges: [number, number, number, number][]
  more: boolean
}

export interface SheetPage {
  name: string
  list: SheetList | null
  cells: SheetAsked[]
  grid: SheetGrid | null
}

export interface SheetChoice {
  meaning: string
  label: Bilingual
}

export interface KeptAsked {
  place: string
  header: string
  meaning: string
}

export interface KeptSheet {
  name: string
  list: {
    kind: 'table' | 'areas'
    table: string
    first: number
    last: number
    columns: KeptAsked[]
    where: Record<string, string>
    fixed: Record<string, string>
  } | null
  cells: KeptAsked[]
}

export interface SheetOpened extends NotKept {
  sheet: {
    id: string
    name: string
    sender: string
    area: string
    state: 'draft' | 'ready' | 'retired'
    version: number
    file: string
    asked: number
    held: number
    by_hand: number
    /** The reader's own part, for which it is filled and at which time daily. */
    fills_for: string
    fill_at: string
    fill_each: string
    /** Why it did not fill itself when it should have. */
    not_filled: Bilingual | null
    changes: { new?: string[]; gone?: string[]; moved?: [string, string, string][] }
    confirmed_at: string | null
  }
  mapping: KeptSheet[]
  pages: SheetPage[]
  tables: { name: string; title: Bilingual; columns: SheetChoice[] }[]
  figures: SheetChoice[]
  /** What stays as it is and is left to the pen. */
  unread: Bilingual[]
}

/** What was not kept of a file that was brought in: in words, and the formulas themselves. */
export interface NotKept {
  removed?: Bilingual[]
  refused?: string[]
}

/** What the copies of some days asked, in fields, and spared or left to the pen, in cells and minutes. */
export interface BurdenSums {
  fills: number
  asked: number
  re_asked: number
  by_hand: number
  spared: number
  typed: number
  minutes_by_hand: number
  minutes_spared: number
}

export interface Burden extends BurdenSums {
  sheets: number
  days: number
  seconds_per_cell: number
  to_decide: number
  senders: { sender: string; sheets: number; asked: number; held: number; by_hand: number }[]
  forms: {
    id: string
    name: string
    sender: string
    asked: number
    held: number
    by_hand: number
    fills: number
    spared: number
    typed: number
    minutes_by_hand: number
    minutes_spared: number
  }[]
  days_kept: (BurdenSums & { on: string })[]
  units: (BurdenSums & { path: string; name: string })[]
  repeated: { field: Bilingual; times: number; sheets: string[] }[]
  droppable: { sheet: string; sender: string; within: string }[]
}

/** The addresses of sheets and of the burden meter. */
export function sheetsOf(api: Pick<Api, 'get' | 'post'>) {
  const at = encodeURIComponent
  return {
    take(file: File, said: { sender: string; name: string; within: string; template_id?: string }) {
      const form = new FormData()
      form.append('file', file)
      for (const [key, value] of Object.entries(said)) if (value) form.append(key, value)
      return api.post<SheetOpened>('/api/sheets', form)
    },
    open: (id: string) => api.get<SheetOpened>(`/api/sheets/${at(id)}`),
    filledFile: (fill: string) => `/api/sheets/fills/${at(fill)}/file`,
    password: (fill: string) => api.get<{ password: string }>(`/api/sheets/fills/${at(fill)}/password`),
    burden: (within: string) => api.get<Burden>(`/api/burden?within=${at(within)}`),
    job: (id: string) => api.get<Job>(`/api/jobs/${at(id)}`),
  }
}

/** What was confirmed, or else what seems to be asked, in the form that is sent back. */
export function startingSheets(opened: SheetOpened): KeptSheet[] {
  const kept = new Map(opened.sheet.confirmed_at ? opened.mapping.map((one) => [one.name, one]) : [])
  return opened.pages.map((page) => kept.get(page.name) ?? suggestedSheet(page))
}

function suggestedSheet(page: SheetPage): KeptSheet {
  const list = page.list && {
    kind: page.list.kind,
    table: page.list.table,
    first: page.list.first,
    last: page.list.last,
    columns: page.list.columns.map(kept),
    where: page.list.where,
    fixed: page.list.fixed,
  }
  return { name: page.name, list, cells: page.cells.map(kept) }
}

const kept = ({ place, header, meaning }: SheetAsked): KeptAsked => ({ place, header, meaning })

/** Take another table for a list: its columns take what that table's columns mean. */
export function withTable(sheet: KeptSheet, page: SheetPage, table: string): KeptSheet {
  if (!sheet.list) return sheet
  const meanings = page.list?.by_table[table] ?? {}
  const columns = sheet.list.columns.map((one) => ({ ...one, meaning: meanings[one.place] ?? '' }))
  return { ...sheet, list: { ...sheet.list, kind: 'table', table, columns, where: {}, fixed: {} } }
}

/** The letters of a column counted from 1: 28 → AB. */
export function columnLetters(column: number): string {
  let rest = column
  let letters = ''
  while (rest > 0) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
    rest = Math.floor((rest - 1) / 26)
  }
  return letters
}

export interface ShownCell {
  text: string
  column: number
  across: number
  down: number
}

/** The cells of a grid row by row, without those that a merge hides. */
export function shownCells(grid: SheetGrid): ShownCell[][] {
  const hidden = new Set<string>()
  const spans = new Map<string, [number, number]>()
  const width = grid.rows[0]?.length ?? 0
  for (const [top, left, bottom, right] of grid.merges) {
    const last = Math.min(bottom, grid.rows.length)
    const end = Math.min(right, width)
    spans.set(`${top}:${left}`, [end - left + 1, last - top + 1])
    for (let row = top; row <= last; row++)
      for (let column = left; column <= end; column++)
        if (row !== top || column !== left) hidden.add(`${row}:${column}`)
  }
  return grid.rows.map((cells, row) =>
    cells.flatMap((text, place) => {
      const key = `${row + 1}:${place + 1}`
      if (hidden.has(key)) return []
      const [across, down] = spans.get(key) ?? [1, 1]
      return [{ text, column: place + 1, across, down }]
    }),
  )
}
