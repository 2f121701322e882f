// What was typed into a grid and is not saved yet: kept in this tab for whoever is signed in, and for nobody after.
import type { GridRow } from './rows'

const PREFIX = 'lianfang.draft.'
const keyOf = (account: string, grid: string) => `${PREFIX}${account}.${grid}`

/** Keep the rows of a grid; false when this browser cannot, so that the page can say so. */
export function keepDraft(account: string, grid: string, rows: GridRow[]): boolean {
  try {
    if (rows.length === 0) sessionStorage.removeItem(keyOf(account, grid))
    else sessionStorage.setItem(keyOf(account, grid), JSON.stringify(rows))
    return true
  } catch {
    return false
  }
}

export function draftOf(account: string, grid: string): GridRow[] {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(account, grid)) ?? '[]') as GridRow[]
  } catch {
    return []
  }
}

/** Forget every draft but those of one account: at sign-out all of them, at sign-in whatever another left. */
export function forgetDrafts(except = ''): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !(except && key.startsWith(keyOf(except, '')))) sessionStorage.removeItem(key)
  }
}
