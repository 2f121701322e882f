// Showing one masked value: asks why, shows it until the server's limit, then hides it again.
import { reactive, shallowRef } from 'vue'

export interface Masked {
  table: string
  id: string
  column: string
  label: string
}

export const revealing = shallowRef<Masked | null>(null)

interface Shown {
  value: string
  until: number
}

export const shown = reactive(new Map<string, Shown>())

export const revealKey = (masked: Pick<Masked, 'table' | 'id' | 'column'>) =>
  `${masked.table}/${masked.id}/${masked.column}`

/** Keep a revealed value on screen until its moment, at most two minutes: people walk away from desks. */
export function showFor(masked: Masked, value: string, until: string): void {
  const end = Math.min(new Date(until).getTime() || 0, Date.now() + 120000)
  shown.set(revealKey(masked), { value, until: Math.max(end, Date.now() + 5000) })
}

export function hideAgain(key: string): void {
  shown.delete(key)
}
