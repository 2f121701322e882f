// What two phones trust each other by when there is no network: the phone's own key, the card the server signed for it,
// and a secret that only the two can make. Reads no store and no clock.
import { fromBase64url, toBase64url } from '@lianfang/core'

/** A phone's own key: the private part cannot be read out. */
export interface Signer {
  pair: CryptoKeyPair
  /** The public part as it stands on the card. */
  shown: string
}

/** What the server says of a phone. */
export interface Card {
  account: string
  name: string
  device: string
  paths: string[]
  key: string
  until: string
}

/** A text that is no card or handing, was changed, or has run out. */
export class NotGenuine extends Error {}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNS = { name: 'ECDSA', hash: 'SHA-256' } as const
const AGREES = { name: 'ECDH', namedCurve: 'P-256' } as const

export function narrow(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64url(text)
  } catch {
    throw new NotGenuine('not base64url')
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export async function makeSigner(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify'])
  return { pair, shown: toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) }
}

/** A body as signed text: base64url(JSON) "." base64url(signature), as the server reads it. */
export async function signed(signer: Signer, body: unknown): Promise<string> {
  const text = bytesOf(JSON.stringify(body))
  const signature = await crypto.subtle.sign(SIGNS, signer.pair.privateKey, text)
  return `${toBase64url(text)}.${toBase64url(new Uint8Array(signature))}`
}

/** What a signed text says, before anybody has looked at its signature. Throws NotGenuine for what says nothing. */
export function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(narrow(text.split('.')[0] ?? ''))) as Record<string, unknown>
  } catch {
    throw new NotGenuine('no signed text')
  }
}

/** The body of a text that this key signed. Throws NotGenuine. */
export async function opened(text: string, key: string): Promise<Record<string, unknown>> {
  const [head = '', tail = ''] = text.split('.')
  const body = narrow(head)
  const signature = narrow(tail)
  const verifies = await crypto.subtle
    .importKey('raw', narrow(key), CURVE, false, ['verify'])
    .then((usable) => crypto.subtle.verify(SIGNS, usable, signature, body))
    .catch(() => false)
  if (!verifies) throw new NotGenuine('not signed by this key')
  return bodyOf(text)
}

/** The card in a text that the server signed, still good on that day. Throws NotGenuine. */
export async function cardOf(text: string, serverKey: string, day: string): Promise<Card> {
  const body = await opened(text, serverKey)
  const { a, n, d, p, k, u } = body as Record<string, string> & { p: string[] }
  if (!a || !k || !u || !Array.isArray(p)) throw new NotGenuine('not a card')
  if (u < day) throw new NotGenuine('card has run out')
  return { account: a, name: n ?? '', device: d ?? '', paths: p, key: k, until: u }
}

/** A key for one conversation: what it opens is lost with it. */
export async function makeExchange(): Promise<{ pair: CryptoKeyPair; shown: string }> {
  const pair = await crypto.subtle.generateKey(AGREES, false, ['deriveBits'])
  return { pair, shown: toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) }
}

/** The key that both sides of a conversation make, each from the own private and the other's shown part. */
export async function sharedKey(own: CryptoKey, others: string): Promise<CryptoKey> {
  const other = await crypto.subtle.importKey('raw', narrow(others), AGREES, false, [])
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, own, 256)
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const rule = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytesOf('lianfang work') }
  return crypto.subtle.deriveKey(rule, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}
