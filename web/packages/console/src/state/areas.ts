// Names of areas: tables carry division codes, people read names. Asked for in bundles, kept for the session.
import { reactive } from 'vue'
import { api, me, tableNamed } from './session'

const names = reactive(new Map<string, string>())
let wanted = new Set<string>()
let timer = 0

const AREAS = 'areas.areas'
const MOST = 200

const VILLAGE = 12

/** The name of an area; its code until the name has arrived. A grid is named with its village: every village has a 第一网格. */
export function areaName(path: unknown): string {
  if (typeof path !== 'string' || path === '') return ''
  const own = ownName(path)
  return path.length > VILLAGE ? `${ownName(path.slice(0, VILLAGE))} ${own}` : own
}

function ownName(path: string): string {
  const known = names.get(path)
  if (known) return known
  if (!wanted.has(path) && tableNamed(AREAS)) {
    wanted.add(path)
    clearTimeout(timer)
    timer = window.setTimeout(fetchNames, 30)
  }
  return path
}

async function fetchNames(): Promise<void> {
  const asked = [...wanted].slice(0, MOST)
  const rest = [...wanted].slice(MOST)
  wanted = new Set(rest)
  if (!me.value || asked.length === 0) return
  for (const path of asked) names.set(path, path)
  try {
    const page = await api.list(AREAS, { limit: MOST, where: { id__in: asked.join(',') } })
    for (const row of page.rows) names.set(row.id, spoken(String(row.cells.name ?? row.id)))
  } catch {
    // Without names the codes stay: correct, only harder to read.
  }
  if (rest.length > 0) timer = window.setTimeout(fetchNames, 30)
}

/** As people say it: 坡底村 for 坡底村民委员会. */
export function spoken(name: string): string {
  return name
    .replace(/(村民委员会|村委会)$/, '村')
    .replace(/居委会$/, '')
    .replace(/村村$/, '村')
}
