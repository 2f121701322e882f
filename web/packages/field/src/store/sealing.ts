// Sealing what the phone keeps: AES-GCM under a key of this account on this phone. A value that does not open is an error.

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  body: ArrayBuffer
}

/** The store's key under a secret that a person types; the secret itself is nowhere on the phone. */
export interface Wrapped extends Sealed {
  salt: Uint8Array<ArrayBuffer>
  rounds: number
}

/** A key as it is made: the bytes wrap it under a secret and are then forgotten, the key itself cannot be read out. */
export interface MadeKey {
  key: CryptoKey
  bytes: Uint8Array<ArrayBuffer>
}

const ROUNDS = 310_000

/** Without a secure context a browser offers no encryption, and then nothing is kept. */
export function canSeal(): boolean {
  return typeof crypto !== 'undefined' && crypto.subtle !== undefined
}

export async function makeKey(): Promise<MadeKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return { key: await usable(bytes), bytes }
}

function usable(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

export async function seal(key: CryptoKey, value: unknown): Promise<Sealed> {
  return sealBytes(key, new TextEncoder().encode(JSON.stringify(value)))
}

export async function unseal<T>(key: CryptoKey, sealed: Sealed): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await openBytes(key, sealed))) as T
}

async function sealBytes(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, body: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) }
}

function openBytes(key: CryptoKey, sealed: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, key, sealed.body)
}

export async function wrap(bytes: Uint8Array<ArrayBuffer>, secret: string, rounds = ROUNDS): Promise<Wrapped> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  return { salt, rounds, ...(await sealBytes(await derived(secret, salt, rounds), bytes)) }
}

/** The key and its bytes, or null when the secret is not the one it was wrapped under. */
export async function unwrap(wrapped: Wrapped, secret: string): Promise<MadeKey | null> {
  try {
    const opened = await openBytes(await derived(secret, wrapped.salt, wrapped.rounds), wrapped)
    const bytes = new Uint8Array(opened)
    return { key: await usable(bytes), bytes }
  } catch {
    return null
  }
}

async function derived(secret: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'PBKDF2', false, ['deriveKey'])
  const rule = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(rule, typed, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
