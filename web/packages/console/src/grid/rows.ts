// The rows of a grid that is being edited, and the steps that can be taken back and again. Knows no server and no screen.
import type { Block } from './block'

export interface Undo {
  action: string
  input: Record<string, unknown>
}

/** `problems`: the server's sentences by column name, those of the whole row under ''. */
export interface GridRow {
  key: string
  /** The record that is edited; null where one is added. */
  id: string | null
  version: number | null
  label: string
  base: string[]
  cells: string[]
  /** Made once for what the row says: sent again after a silence, the server does it once. */
  command: string
  problems: Record<string, string[]>
  state: 'open' | 'saved' | 'beside'
  undo: Undo | null
  /** What stood there before it was saved. */
  before: string[] | null
  /** The record of an edit that is kept beside somebody else's. */
  conflict: string | null
}

export interface Change {
  row: number
  column: number
  before: string
  after: string
}

export interface Steps {
  past: Change[][]
  future: Change[][]
}

export function newRow(columns: number, command: string): GridRow {
  const empty = Array.from({ length: columns }, () => '')
  return rowOf({ key: command, id: null, version: null, label: '', cells: empty, command })
}

export function rowOf(known: Pick<GridRow, 'key' | 'id' | 'version' | 'label' | 'cells' | 'command'>): GridRow {
  return { ...known, base: [...known.cells], problems: {}, state: 'open', undo: null, before: null, conflict: null }
}

export const noSteps = (): Steps => ({ past: [], future: [] })

export interface Area {
  top: number
  left: number
  bottom: number
  right: number
}

export const isDirty = (row: GridRow) => row.state === 'open' && row.cells.some((cell, at) => cell !== row.base[at])
export const isLocked = (row: GridRow) => row.state === 'saved' && row.id === null

/** Write cells as one step; what is saved already or says the same is passed over. */
export function write(rows: GridRow[], steps: Steps, wanted: Omit<Change, 'before'>[]): Change[] {
  const changes = wanted.flatMap(({ row, column, after }) => {
    const found = rows[row]
    const before = found?.cells[column]
    return !found || before === undefined || isLocked(found) || before === after ? [] : [{ row, column, before, after }]
  })
  if (changes.length === 0) return []
  steps.past.push(changes)
  steps.future = []
  return apply(rows, changes, 'after')
}

export const undo = (rows: GridRow[], steps: Steps) => move(rows, steps.past, steps.future, 'before')
export const redo = (rows: GridRow[], steps: Steps) => move(rows, steps.future, steps.past, 'after')

function move(rows: GridRow[], from: Change[][], to: Change[][], side: 'before' | 'after'): Change[] {
  const changes = from.pop()
  if (!changes) return []
  to.push(changes)
  return apply(rows, changes, side)
}

function apply(rows: GridRow[], changes: Change[], side: 'before' | 'after'): Change[] {
  for (const change of changes) {
    const row = rows[change.row]
    if (!row) continue
    row.cells[change.column] = change[side]
    row.problems = {}
    row.state = 'open'
  }
  return changes
}

/** The cells a block fills from a corner on; a single cell fills the whole area that is chosen. */
export function pasted(block: Block, area: Area, columns: number): Omit<Change, 'before'>[] {
  const one = block.length === 1 && block[0]?.length === 1 ? block[0][0] : undefined
  if (one !== undefined) return filled(area, () => one)
  return block.flatMap((cells, down) =>
    cells.flatMap((after, across) =>
      area.left + across < columns ? [{ row: area.top + down, column: area.left + across, after }] : [],
    ),
  )
}

/** The topmost cells of an area in all of it; of a single row, the row above it. */
export function filledDown(rows: GridRow[], area: Area): Omit<Change, 'before'>[] {
  const from = area.top === area.bottom ? area.top - 1 : area.top
  return from < 0 ? [] : filled(area, (column) => rows[from]?.cells[column] ?? '')
}

export function filled(area: Area, text: (column: number) => string): Omit<Change, 'before'>[] {
  const found: Omit<Change, 'before'>[] = []
  for (let row = area.top; row <= area.bottom; row += 1) {
    for (let column = area.left; column <= area.right; column += 1) found.push({ row, column, after: text(column) })
  }
  return found
}

export function blockIn(rows: GridRow[], area: Area): Block {
  return rows.slice(area.top, area.bottom + 1).map((row) => row.cells.slice(area.left, area.right + 1))
}
