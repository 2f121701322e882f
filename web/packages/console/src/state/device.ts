// What this browser remembers for one account: columns, views. Never any person's data.
import { me } from './session'

const keyOf = (name: string) => `lianfang.${me.value?.account.id ?? ''}.${name}`

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(keyOf(name))
    return text ? (JSON.parse(text) as T) : otherwise
  } catch {
    return otherwise
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(value))
  } catch {
    // A full or forbidden storage costs a remembered choice, nothing more.
  }
}
