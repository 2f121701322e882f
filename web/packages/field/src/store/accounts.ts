// Who has used this phone, and the phone's own id. No other personal data lies outside the sealed store.

const ACCOUNTS_KEY = 'lianfang.field.accounts'

/** Who has signed in on this phone and not signed out: account id → name. No other personal data is outside the database. */
export function knownAccounts(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(ACCOUNTS_KEY) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

export function noteAccount(id: string, name: string): void {
  try {
    const { [id]: _, ...others } = knownAccounts()
    localStorage.setItem(ACCOUNTS_KEY, JSON.stringify({ ...others, [id]: name }))
  } catch {
    // Without storage the app still records online; the page on the account says what is missing.
  }
}

export function forgetAccount(id: string): void {
  const rest = Object.fromEntries(Object.entries(knownAccounts()).filter(([known]) => known !== id))
  try {
    localStorage.setItem(ACCOUNTS_KEY, JSON.stringify(rest))
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}

const DEVICE_KEY = 'lianfang.device'

/** This phone's id: random, says nothing about the phone, and survives sign-out. */
export function deviceId(make: () => string): string {
  try {
    const known = localStorage.getItem(DEVICE_KEY)
    if (known) return known
    const made = make()
    localStorage.setItem(DEVICE_KEY, made)
    return made
  } catch {
    return make()
  }
}
