// Names of workers: tables carry account ids, people read names. Asked for in bundles, kept for the session.
import { reactive } from 'vue'
import { api, me, tableNamed } from './session'

const WORKERS = 'organisation.workers'
const MOST = 200
const names = reactive(new Map<string, string>())
let wanted = new Set<string>()
let timer = 0

/** Who somebody is, once the name has arrived; empty for those outside one's own area. */
export function workerName(id: string): string {
  const known = names.get(id)
  if (known !== undefined) return known
  if (!wanted.has(id) && tableNamed(WORKERS)) {
    wanted.add(id)
    clearTimeout(timer)
    timer = window.setTimeout(fetchNames, 30)
  }
  return ''
}

async function fetchNames(): Promise<void> {
  const asked = [...wanted].slice(0, MOST)
  wanted = new Set([...wanted].slice(MOST))
  if (!me.value || asked.length === 0) return
  for (const id of asked) names.set(id, '')
  try {
    const page = await api.list(WORKERS, { limit: MOST, where: { id__in: asked.join(',') } })
    for (const row of page.rows) names.set(row.id, String(row.cells.name ?? ''))
  } catch {
    // Without names the links stay: correct, only a click further away.
  }
  if (wanted.size > 0) timer = window.setTimeout(fetchNames, 30)
}
