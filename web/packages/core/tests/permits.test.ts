import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCbor } from '../src/cbor'
import {
  checkPermit,
  type HeldPermits,
  holdPermits,
  isPermit,
  PERMIT_ANSWERS,
  PERMIT_WARNINGS,
  type PermitKey,
  type PermitTerms,
  type PermitUse,
  unpackSerials,
} from '../src/permits'
import { verifyNatively, verifySlowly } from '../src/verifying'

interface Case {
  name: string
  text: string
  gate: string
  list_at: string | null
  uses: PermitUse[]
  returning: boolean
  expected: { reason: string; warnings: string[]; permit: PermitTerms | null }
}

interface Shared {
  now: string
  keys: PermitKey[]
  revoked: string
  serials: number[]
  list_old_after_hours: number
  answers: object
  warnings: object
  cases: Case[]
}

const shared: Shared = JSON.parse(
  readFileSync(new URL('../../../../contracts/cases/permits.json', import.meta.url), 'utf8'),
)
const NOW = new Date(shared.now)
const VALID = shared.cases[0] as Case
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

function held(listAt: string | null = shared.now): HeldPermits {
  const { keys, revoked, list_old_after_hours } = shared
  const news = { area: '140826', version: 4, since: 0, at: listAt ?? '', serials: revoked }
  return { ...holdPermits(null, { keys, revoked: news, list_old_after_hours }), at: listAt }
}

/** Moments as numbers, because each side writes them in its own way. */
function comparable(terms: PermitTerms | null) {
  return terms && { ...terms, begins_at: Date.parse(terms.begins_at), ends_at: Date.parse(terms.ends_at) }
}

describe.each([
  ['the browser’s own Ed25519', verifyNatively],
  ['the one in JavaScript', verifySlowly],
])('a permit is judged on the phone as on the server, with %s', (_, verify) => {
  it.each(shared.cases)('$name', async ({ text, gate, list_at, uses, returning, expected }) => {
    const found = await checkPermit(text, { area: gate, permits: held(list_at) }, NOW, uses, returning, verify)
    expect(found.reason).toBe(expected.reason)
    expect(found.ok).toBe(expected.reason === 'valid')
    expect(found.warnings).toEqual(expected.warnings)
    expect(comparable(found.permit)).toEqual(comparable(expected.permit))
  })
})

it('says what the server says, in both languages', () => {
  expect(PERMIT_ANSWERS).toEqual(shared.answers)
  expect(PERMIT_WARNINGS).toEqual(shared.warnings)
})

it('knows a permit among what a scanner types', () => {
  expect(isPermit(VALID.text)).toBe(true)
  expect(isPermit('晋M12345')).toBe(false)
})

it('trusts nobody before it was ever told whom to trust', async () => {
  const found = await checkPermit(VALID.text, { area: VALID.gate, permits: null }, NOW)
  expect(found).toEqual({ ok: false, reason: 'forged', warnings: [], permit: null })
})

it('trusts a key from its first moment until before its last', async () => {
  const keys = shared.keys.map((key) => ({ ...key, until: shared.now }))
  const found = await checkPermit(VALID.text, { area: VALID.gate, permits: { ...held(), keys } }, NOW)
  expect(found.reason).toBe('forged')
})

it('refuses every code that differs in one letter', async () => {
  for (let at = 0; at < VALID.text.length; at++) {
    const other = LETTERS[(LETTERS.indexOf(VALID.text[at] as string) + 1) % 45] as string
    const text = VALID.text.slice(0, at) + other + VALID.text.slice(at + 1)
    const found = await checkPermit(text, { area: VALID.gate, permits: held() }, NOW)
    expect(found.ok, `letter ${at}`).toBe(false)
  }
})

it('falls back to JavaScript where the page has no WebCrypto', async () => {
  const subtle = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor
  Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true })
  try {
    const found = await checkPermit(VALID.text, { area: VALID.gate, permits: held() }, NOW)
    expect(found.reason).toBe('valid')
  } finally {
    Object.defineProperty(globalThis, 'crypto', subtle)
  }
})

describe('the list of revoked permits', () => {
  it('is unpacked as it was packed', () => {
    expect(unpackSerials(shared.revoked)).toEqual(shared.serials)
    expect(unpackSerials('')).toEqual([])
  })

  it('grows by what is new and is replaced by a whole list', () => {
    const news = { area: '140826', version: 5, since: 4, at: shared.now, serials: 'Bw' }
    const bundle = { keys: shared.keys, revoked: news, list_old_after_hours: 24 }
    expect(holdPermits(held(), bundle).revoked).toEqual([3, 4, 7, 300, 70000])
    expect(holdPermits(held(), { ...bundle, revoked: { ...news, since: 0 } }).revoked).toEqual([7])
  })
})

describe('only the plainest CBOR is read', () => {
  it.each([
    ['a number in two bytes that fits one', [0x18, 0x05]],
    ['a length in three bytes that fits two', [0x59, 0x00, 0x01, 0x00]],
    ['something after the end', [0x01, 0x01]],
    ['less than it says', [0x43, 0x01, 0x02]],
    ['keys out of order', [0xa2, 0x05, 0x01, 0x04, 0x01]],
    ['a key twice', [0xa2, 0x04, 0x01, 0x04, 0x02]],
    ['an endless list', [0x9f, 0xff]],
    ['a number with a fraction', [0xf9, 0x3c, 0x00]],
    ['text that is no UTF-8', [0x61, 0xff]],
    ['a number no script can hold', [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['lists in lists in lists', [0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x01]],
    ['nothing', []],
  ])('%s is refused', (_, bytes) => {
    expect(() => readCbor(Uint8Array.from(bytes))).toThrow()
  })
})
