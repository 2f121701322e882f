// Permits at a gate, without a network: the code is read, its signature verified, its terms held against the gate.
// Decided once, in contracts/cases/permits.json; the server's half is checkpoints/rules/permits. Whoever must pass is let
// pass whatever is answered here.

import { fromBase64url } from './base64url'
import { type Cbor, readCbor, Tag, withHead } from './cbor'
import type { Bilingual } from './text'
import { verifySignature } from './verifying'

export interface PermitKey {
  id: string
  key: string
  area: string
  from: string
  until: string | null
}

export interface Revocations {
  area: string
  version: number
  since: number
  at: string
  serials: string
}

/** What the server sends a gate. */
export interface PermitBundle {
  keys: PermitKey[]
  revoked: Revocations
  list_old_after_hours: number
}

/** What a gate keeps of it: plain JSON. */
export interface HeldPermits {
  keys: PermitKey[]
  version: number
  at: string | null
  revoked: number[]
  list_old_after_hours: number
}

/** One time somebody went out with the permit, as far as this gate knows. */
export interface PermitUse {
  out_at: string
  in_at: string | null
}

const KINDS = ['household', 'worker', 'vehicle'] as const

export interface PermitTerms {
  kind: (typeof KINDS)[number]
  serial: number
  area: string
  begins_at: string
  ends_at: string
  mark: string
  persons: number
  days: number
  minutes: number
}

export const PERMIT_ANSWERS = {
  valid: { zh: '出入证有效。', en: 'The permit is valid.' },
  unreadable: {
    zh: '不是本系统的出入证，或二维码不完整。',
    en: 'This is no permit, or its code is not complete.',
  },
  forged: {
    zh: '伪造的出入证，或签发密钥已停用：本县没有这个密钥。刚换过密钥的，请联网更新后再扫。',
    en: 'Forged, or signed with a key that was given up: this county has no such key. If it was changed lately, update and scan again.',
  },
  altered: {
    zh: '出入证的内容被改过：与本县密钥的签名对不上。',
    en: 'What the permit says was altered: our key did not sign this.',
  },
  not_yet_valid: { zh: '出入证还没有到生效时间。', en: 'The permit is not valid yet.' },
  expired: { zh: '出入证已过期，请到村（社区）换发。', en: 'The permit has expired; the village renews it.' },
  revoked: {
    zh: '出入证已作废，请与村（社区）联系。',
    en: 'The permit was revoked; please ask the village.',
  },
  wrong_area: { zh: '出入证不适用于这个卡点。', en: 'The permit does not hold at this gate.' },
  used_too_often: {
    zh: '本期限内的出入次数已用完。',
    en: 'The permit has been used as often as it allows.',
  },
} satisfies Record<string, Bilingual>

export const PERMIT_WARNINGS = {
  list_old: {
    zh: '作废名单已超过规定时间没有更新，可能有新作废的证。请尽快联网更新。',
    en: 'The list of revoked permits is older than it may be; newer ones may be missing. Update when there is network.',
  },
  out_too_long: {
    zh: '外出超过规定时间，请提醒。',
    en: 'They were out longer than the permit allows; please remind them.',
  },
} satisfies Record<string, Bilingual>

export type PermitReason = keyof typeof PERMIT_ANSWERS
export type PermitWarning = keyof typeof PERMIT_WARNINGS

export interface PermitAnswer {
  ok: boolean
  reason: PermitReason
  warnings: PermitWarning[]
  permit: PermitTerms | null
}

export type Verify = (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => Promise<boolean>

const PREFIX = 'LFP1:'
const MOST_LETTERS = 300
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const MARK_BYTES = 21
const HOUR = 3_600_000
const DAY = 24 * HOUR
const CHINA = 8 * HOUR

/** Whether a scanned text wants to be a permit. */
export function isPermit(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** Judge a code at a gate. Nothing of a permit is told before its signature fits; who returns is never kept out for use. */
export async function checkPermit(
  text: string,
  gate: { area: string; permits: HeldPermits | null },
  at: Date,
  uses: PermitUse[] = [],
  returning = false,
  verify: Verify = verifySignature,
): Promise<PermitAnswer> {
  const held = gate.permits
  let code: Code
  try {
    code = read(text)
  } catch {
    return refused('unreadable')
  }
  const key = held?.keys.find((one) => one.id === code.keyId && isTrusted(one, at))
  if (!held || !key) return refused('forged')
  const signed = await verify(code.signature, code.toSign, fromBase64url(key.key))
  if (!signed) return refused('altered')
  if (!code.terms.area.startsWith(key.area)) return refused('forged')
  return judged(code.terms, gate.area, held, at, uses, returning)
}

function refused(reason: PermitReason): PermitAnswer {
  return { ok: false, reason, warnings: [], permit: null }
}

function isTrusted(key: PermitKey, at: Date): boolean {
  return at >= new Date(key.from) && (key.until === null || at < new Date(key.until))
}

function judged(
  permit: PermitTerms,
  area: string,
  held: HeldPermits,
  at: Date,
  uses: PermitUse[],
  returning: boolean,
): PermitAnswer {
  const warnings: PermitWarning[] = []
  if (held.at === null || at.getTime() - Date.parse(held.at) > held.list_old_after_hours * HOUR)
    warnings.push('list_old')
  let reason = reasonOf(permit, area, held, at)
  if (reason === 'valid' && !returning && isUsedUp(permit, uses, at)) reason = 'used_too_often'
  if (returning && isOutTooLong(permit, uses, at)) warnings.push('out_too_long')
  return { ok: reason === 'valid', reason, warnings, permit }
}

function reasonOf(permit: PermitTerms, area: string, held: HeldPermits, at: Date): PermitReason {
  if (at < new Date(permit.begins_at)) return 'not_yet_valid'
  if (at >= new Date(permit.ends_at)) return 'expired'
  if (held.revoked.includes(permit.serial)) return 'revoked'
  return area.startsWith(permit.area) ? 'valid' : 'wrong_area'
}

function isUsedUp(permit: PermitTerms, uses: PermitUse[], at: Date): boolean {
  if (!permit.persons || !permit.days) return false
  const today = dayOf(at.getTime())
  const counted = uses.filter(({ out_at }) => {
    const day = dayOf(Date.parse(out_at))
    return day > today - permit.days && day <= today
  })
  return counted.length >= permit.persons
}

/** The number of a day of the county's calendar. */
function dayOf(moment: number): number {
  return Math.floor((moment + CHINA) / DAY)
}

function isOutTooLong(permit: PermitTerms, uses: PermitUse[], at: Date): boolean {
  const out = uses
    .filter((use) => use.in_at === null)
    .map((use) => Date.parse(use.out_at))
    .filter((moment) => moment <= at.getTime())
  return permit.minutes > 0 && out.length > 0 && at.getTime() - Math.max(...out) > permit.minutes * 60_000
}

// --- the code ---------------------------------------------------------------------------------------------------------

interface Code {
  keyId: string
  terms: PermitTerms
  signature: Uint8Array
  toSign: Uint8Array
}

function read(text: string): Code {
  if (!isPermit(text) || text.length > MOST_LETTERS) throw new Error('no permit')
  const outer = readCbor(fromBase45(text.slice(PREFIX.length)))
  if (!(outer instanceof Tag) || outer.number !== 18 || !Array.isArray(outer.content)) throw new Error('no COSE_Sign1')
  const [head, open, payload, signature, more] = outer.content
  const plain = open instanceof Map && open.size === 0 && more === undefined
  if (!plain || !isBytes(head) || !isBytes(payload) || !isBytes(signature)) throw new Error('no COSE_Sign1')
  return { keyId: keyIdOf(head), terms: termsOf(payload), signature, toSign: toSign(head, payload) }
}

function isBytes(found: Cbor | undefined): found is Uint8Array {
  return found instanceof Uint8Array
}

function keyIdOf(head: Uint8Array): string {
  const names = readCbor(head)
  const id = names instanceof Map && names.size === 2 && names.get(1) === -8 ? names.get(4) : undefined
  if (!isBytes(id) || id.length !== 4) throw new Error('another algorithm or no key id')
  return [...id].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What RFC 9052 has signed: ["Signature1", protected header, nothing else, payload]. */
function toSign(head: Uint8Array, payload: Uint8Array): Uint8Array {
  const name = withHead('text', new TextEncoder().encode('Signature1'))
  return Uint8Array.from([0x84, ...name, ...withHead('bytes', head), 0x40, ...withHead('bytes', payload)])
}

function termsOf(payload: Uint8Array): PermitTerms {
  const found = readCbor(payload)
  if (!(found instanceof Map) || found.size !== 7) throw new Error('not a permit')
  const allows = found.get(-5)
  if (!Array.isArray(allows) || allows.length !== 3) throw new Error('not a permit')
  const [ends, begins, kind, serial, area, ...limits] = [
    ...[4, 5, -1, -2, -3].map((name) => found.get(name)),
    ...allows,
  ].map(countOf)
  const [persons, days, minutes] = limits
  const mark = found.get(-4)
  const named = KINDS[kind as number]
  const fits = [6, 9, 12].includes(String(area).length)
  if (typeof mark !== 'string' || new TextEncoder().encode(mark).length > MARK_BYTES || !named || !fits) {
    throw new Error('not a permit')
  }
  return {
    kind: named,
    serial: serial as number,
    area: String(area),
    begins_at: momentOf(begins as number),
    ends_at: momentOf(ends as number),
    mark,
    persons: persons as number,
    days: days as number,
    minutes: minutes as number,
  }
}

function countOf(found: Cbor | undefined): number {
  if (typeof found !== 'number' || found < 0 || found >= 2 ** 40) throw new Error('not a permit')
  return found
}

function momentOf(seconds: number): string {
  if (seconds >= 2 ** 32) throw new Error('no moment')
  return new Date(seconds * 1000).toISOString()
}

function fromBase45(text: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 3) {
    const values = [...text.slice(at, at + 3)].map((letter) => LETTERS.indexOf(letter))
    const number = values.reduce((sum, value, place) => sum + value * 45 ** place, 0)
    const length = values.length - 1
    if (length === 0 || values.includes(-1) || number >= 256 ** length) throw new Error('not base45')
    if (length === 2) bytes.push(number >> 8)
    bytes.push(number & 255)
  }
  return Uint8Array.from(bytes)
}

// --- what a gate holds ------------------------------------------------------------------------------------------------

/** What is held after news: a whole list replaces the old one, anything else adds to it. */
export function holdPermits(held: HeldPermits | null, news: PermitBundle): HeldPermits {
  const { revoked } = news
  const before = revoked.since === 0 || !held ? [] : held.revoked
  return {
    keys: news.keys,
    version: revoked.version,
    at: revoked.at,
    revoked: [...new Set([...before, ...unpackSerials(revoked.serials)])].sort((one, other) => one - other),
    list_old_after_hours: news.list_old_after_hours,
  }
}

/** Serials out of the steps between them (LEB128 in base64url). */
export function unpackSerials(text: string): number[] {
  const serials: number[] = []
  let last = 0
  let number = 0
  let weight = 1
  for (const byte of fromBase64url(text)) {
    number += (byte % 128) * weight
    weight *= 128
    if (byte < 128) {
      last += number
      serials.push(last)
      number = 0
      weight = 1
    }
  }
  return serials
}
