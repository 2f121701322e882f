// A block of cells as it lies on the clipboard: what Excel and WPS put there, and what they take back.

export type Block = string[][]

/** Cells of a clipboard's text: tabs between cells, lines between rows, quotes around a cell that holds either. */
export function readText(text: string): Block {
  const rows: Block = [[]]
  let at = 0
  while (at <= text.length) {
    const { cell, end } = cellAt(text, at)
    rows.at(-1)?.push(cell)
    if (end >= text.length) break
    if (text[end] !== '\t') rows.push([])
    at = end + (text.startsWith('\r\n', end) ? 2 : 1)
  }
  // Excel ends its last row with a line break: that begins no row.
  if (rows.length > 1 && rows.at(-1)?.length === 1 && rows.at(-1)?.[0] === '') rows.pop()
  return rows
}

function cellAt(text: string, from: number): { cell: string; end: number } {
  const quoted = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y
  quoted.lastIndex = from
  const found = quoted.exec(text)
  if (found) return { cell: lines((found[1] ?? '').replaceAll('""', '"')), end: quoted.lastIndex }
  const plain = /[^\t\r\n]*/y
  plain.lastIndex = from
  return { cell: plain.exec(text)?.[0] ?? '', end: plain.lastIndex }
}

const lines = (text: string) => text.replace(/\r\n?/g, '\n')

/**
 * Cells of a clipboard's HTML; null where it holds no table.
 *
 * A cell merged downwards says its text in each of its rows, because the house number merged over a family is that of
 * each of them; beside it, merged cells stay empty.
 */
export function readHtml(html: string): Block | null {
  const table = new DOMParser().parseFromString(html, 'text/html').querySelector('table')
  if (!table) return null
  const block: Block = []
  const rows = [...table.querySelectorAll('tr')]
  rows.forEach((row, at) => {
    let column = 0
    for (const cell of row.querySelectorAll<HTMLTableCellElement>('td, th')) {
      while (block[at]?.[column] !== undefined) column += 1
      const down = Math.min(span(cell, 'rowspan'), rows.length - at)
      const across = span(cell, 'colspan')
      for (let below = 0; below < down; below += 1) {
        for (let beside = 0; beside < across; beside += 1)
          put(block, at + below, column + beside, beside ? '' : said(cell))
      }
      column += across
    }
  })
  return block.map((row) => Array.from(row, (cell) => cell ?? ''))
}

const WIDEST = 200

function span(cell: Element, name: string): number {
  return Math.min(
    Math.max(Number(cell.getAttribute(name)) || 1, 1),
    name === 'colspan' ? WIDEST : Number.POSITIVE_INFINITY,
  )
}

function put(block: Block, row: number, column: number, text: string): void {
  while (block.length <= row) block.push([])
  const cells = block[row]
  if (cells) cells[column] = text
}

function said(cell: Element): string {
  const parts: string[] = []
  const walk = (node: Node) => {
    if (node.nodeName === 'BR') parts.push('\n')
    else if (node.nodeType === node.TEXT_NODE) parts.push((node.textContent ?? '').replace(/\s+/g, ' '))
    else node.childNodes.forEach(walk)
  }
  walk(cell)
  return parts
    .join('')
    .replace(/ *\n */g, '\n')
    .trim()
}

/** The block to paste: from the HTML where cells are merged, which the text cannot say, else from the text. */
export function blockOf(text: string, html: string): Block {
  const merged = /<t[dh][^>]*\s(row|col)span/i.test(html) ? readHtml(html) : null
  return merged ?? readText(text)
}

/** The text that Excel reads back into the same cells. */
export function writeText(block: Block): string {
  return block.map((row) => row.map(quotedCell).join('\t')).join('\r\n')
}

const quotedCell = (cell: string) => (/[\t\r\n]|^"/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
