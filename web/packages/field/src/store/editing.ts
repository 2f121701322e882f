// What an edit form holds and what it sends: only what was changed, and never a mask in place of a value.

export type Values = Record<string, string>

/** Whether the server showed this phone a mask instead of the value. */
export function isMasked(value: string | null | undefined): boolean {
  return (value ?? '').includes('*')
}

/** What the form starts with: a masked value is not for typing on. */
export function formOf<Name extends string>(record: Record<Name, string | null>): Record<Name, string> {
  const shown = Object.entries<string | null>(record).map(([name, value]) => [
    name,
    isMasked(value) ? '' : (value ?? ''),
  ])
  return Object.fromEntries(shown) as Record<Name, string>
}

/** What was changed in the form. Of a masked value only another one can be told, and a mask typed by hand is none. */
export function changesOf(started: Values, typed: Values): Values {
  const changed = Object.entries(typed)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([name, value]) => value !== started[name] && !isMasked(value))
  return Object.fromEntries(changed)
}
