// What the rows behind link cells are called: asked for once for all links of a page, kept while the page is open.
import { shallowReactive } from 'vue'
import { rowLabel } from './cells'
import { api, tableNamed } from './session'

const MOST = 100
const names = shallowReactive(new Map<string, string>())
const wanted = new Map<string, Set<string>>()

/** The name of the row a link leads to; empty until it is known, and for rows this reader may not see. */
export function nameBehind(table: string, id: string): string {
  if (!tableNamed(table)?.label) return ''
  const key = `${table}/${id}`
  const known = names.get(key)
  if (known === undefined && !wanted.get(table)?.has(id)) want(table, id)
  return known ?? ''
}

function want(table: string, id: string): void {
  if (wanted.size === 0) window.setTimeout(() => void askAll())
  wanted.set(table, (wanted.get(table) ?? new Set()).add(id))
}

async function askAll(): Promise<void> {
  const asked = [...wanted]
  wanted.clear()
  await Promise.all(asked.map(([table, ids]) => ask(table, [...ids].slice(0, MOST))))
}

async function ask(table: string, ids: string[]): Promise<void> {
  // Empty until told: what stays unseen is not asked for again.
  for (const id of ids) names.set(`${table}/${id}`, '')
  const page = await api.list(table, { limit: MOST, where: { id__in: ids.join(',') } }).catch(() => null)
  for (const row of page?.rows ?? []) names.set(`${table}/${row.id}`, rowLabel(tableNamed(table), row))
}
