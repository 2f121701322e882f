// Which rows of a long grid are drawn: those in view and some around them. Knows no server and no screen.

/** Drawn above and below what is in view, so that a quick wheel meets no empty rows. */
const AROUND = 15

export interface Shown {
  /** The first row that is drawn, and the one after the last. */
  from: number
  to: number
}

/** The rows that are drawn, of `count` rows of one height, where `top` pixels have gone by and `height` are in view. */
export function shownRows(count: number, row: number, top: number, height: number): Shown {
  const first = Math.min(Math.floor(top / row), count)
  const from = Math.max(0, first - AROUND)
  return { from, to: Math.min(count, first + Math.ceil(height / row) + AROUND) }
}

/** How far to have gone by so that a row is in view below the header: as little as it takes. */
export function scrollTo(at: number, row: number, top: number, height: number, header: number): number {
  const above = at * row
  const least = above + row + header - height
  return above < top ? above : Math.max(top, least)
}

const NARROWEST = 92
const WIDEST = 240
const LOOKED_AT = 60

/** The widths of columns by what stands in their rows; a column keeps its width while others scroll into view. */
export function widthsOf(heads: string[], rows: { cells: string[] }[]): number[] {
  const step = Math.max(1, Math.floor(rows.length / LOOKED_AT))
  const some = rows.filter((_, at) => at % step === 0)
  return heads.map((head, column) => {
    const longest = Math.max(...some.map((one) => widthOf(one.cells[column] ?? '')), 0)
    return Math.max(widthOf(head) + 10, Math.min(Math.max(longest, NARROWEST), WIDEST))
  })
}

/** About as many pixels as a text takes, the room around it with it. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 14 : 8), 18)
}
