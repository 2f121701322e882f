// A day's open work from one phone to another with no network. The taker shows who they are; the giver signs that the
// work goes to them and seals it for that phone alone. What went over is shown to nobody after its time.
import { toBase64url } from '@lianfang/core'
import type { Bundle, Errand, Household, OpenVisit, Person, Slot } from './bundle'
import {
  bodyOf,
  type Card,
  cardOf,
  makeExchange,
  NotGenuine,
  narrow,
  opened,
  type Signer,
  sharedKey,
  signed,
} from './signing'

const MARK = 'LFA1'

/** The lists of a bundle that go along, whole or for the chosen households. */
type Parts = Pick<
  Bundle,
  'households' | 'persons' | 'observations' | 'slots' | 'errands' | 'visits_open' | 'rules' | 'areas'
>

export interface Work extends Parts {
  /** What the giver has recorded already, in the words of `subjects`. */
  done: string[]
}

/** Work that another phone handed to this one. `word` is what the giver signed; the server opens the area by it. */
export interface Taken {
  id: string
  word: string
  from: string
  path: string
  until: string
  work: Work
}

/** Work that this phone handed to another. */
export interface Given {
  id: string
  to: string
  until: string
  households: string[]
}

export interface Conversation {
  pair: CryptoKeyPair
  /** What the taker's phone shows. */
  text: string
}

/** Who asks for work, as the giver's phone read and checked it. */
export interface Asking {
  card: Card
  exchange: string
}

/** Begin to take over: the text to show. */
export async function askForWork(signer: Signer, card: string): Promise<Conversation> {
  const { pair, shown } = await makeExchange()
  const proof = await signed(signer, { x: shown })
  return { pair, text: [MARK, card, proof].join(':') }
}

/** Who shows this text. Throws NotGenuine for what the server or the phone of the card has not signed. */
export async function readAsking(text: string, serverKey: string, day: string): Promise<Asking> {
  const [mark, card = '', proof = ''] = text.split(':')
  if (mark !== MARK) throw new NotGenuine('not a request')
  const known = await cardOf(card, serverKey, day)
  const { x } = await opened(proof, known.key)
  if (typeof x !== 'string') throw new NotGenuine('no key')
  return { card: known, exchange: x }
}

export interface Giving {
  signer: Signer
  card: string
  to: Asking
  path: string
  work: Work
  id: string
  at: string
  until: string
}

/** The packet for the one phone that asked, and the word that goes to the server. */
export async function sealWork(giving: Giving): Promise<{ packet: Uint8Array; word: string }> {
  const { to, work } = giving
  const word = await signed(giving.signer, {
    v: 1,
    i: giving.id,
    c: giving.card,
    t: to.card.account,
    d: to.card.device,
    p: giving.path,
    n: work.households.length,
    at: giving.at,
    u: giving.until,
  })
  const exchange = await makeExchange()
  const key = await sharedKey(exchange.pair.privateKey, to.exchange)
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const body = await squeezed(new TextEncoder().encode(JSON.stringify({ word, work })))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, body)
  return { packet: joined(narrow(exchange.shown), iv, new Uint8Array(sealed)), word }
}

export interface Taking {
  conversation: Conversation
  account: string
  serverKey: string
  now: string
  day: string
}

/** The work in a packet that was sealed for this phone. Throws NotGenuine for anything else, and for what has run out. */
export async function openWork(packet: Uint8Array<ArrayBuffer>, taking: Taking): Promise<Taken> {
  const { word, work } = await unsealed(packet, taking.conversation)
  const unread = bodyOf(word)
  const giver = await cardOf(String(unread.c), taking.serverKey, taking.day)
  const { i, t, p, u } = (await opened(word, giver.key)) as Record<string, string>
  if (!i || !p || !u || t !== taking.account) throw new NotGenuine('for somebody else')
  if (!giver.paths.some((path) => p.startsWith(path))) throw new NotGenuine('not theirs to give')
  if (Date.parse(u) <= Date.parse(taking.now)) throw new NotGenuine('has run out')
  return { id: i, word, from: giver.name, path: p, until: u, work }
}

async function unsealed(
  packet: Uint8Array<ArrayBuffer>,
  { pair }: Conversation,
): Promise<{ word: string; work: Work }> {
  try {
    const key = await sharedKey(pair.privateKey, toBase64url(packet.subarray(0, 65)))
    const rule = { name: 'AES-GCM', iv: packet.slice(65, 77) }
    const body = await crypto.subtle.decrypt(rule, key, packet.slice(77))
    return JSON.parse(new TextDecoder().decode(await unsqueezed(new Uint8Array(body)))) as { word: string; work: Work }
  } catch {
    throw new NotGenuine('not sealed for this phone')
  }
}

/** The four digits by which the two people see that the same packet stands on both phones. */
export async function checkDigits(packet: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new DataView(await crypto.subtle.digest('SHA-256', packet))
  return String(digest.getUint32(0) % 10000).padStart(4, '0')
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}

/** Smaller where the browser can; the first byte says which. */
async function squeezed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (!('CompressionStream' in globalThis)) return joined(Uint8Array.of(0), bytes)
  return joined(Uint8Array.of(1), await through(bytes, new CompressionStream('deflate-raw')))
}

async function unsqueezed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const body = bytes.slice(1)
  return bytes[0] === 0 ? body : through(body, new DecompressionStream('deflate-raw'))
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  pipe: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(pipe)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** What goes along for the chosen households: their people and open work, nothing else of the grid. */
export function workOf(bundle: Bundle, chosen: ReadonlySet<string>, done: string[]): Work {
  const households = bundle.households.filter((one) => chosen.has(one.id))
  const persons = bundle.persons.filter((one) => chosen.has(one.household_id ?? ''))
  const people = new Set(persons.map((one) => one.id))
  return {
    households,
    persons,
    observations: bundle.observations.filter((one) => people.has(one.person_id)),
    slots: bundle.slots.filter((one) => people.has(one.person_id) && one.state !== 'recorded'),
    errands: bundle.errands.filter((one) => chosen.has(one.household_id ?? '') || people.has(one.person_id ?? '')),
    visits_open: bundle.visits_open.filter((one) => chosen.has(one.household_id)),
    rules: bundle.rules,
    areas: bundle.areas.filter((area) => households.some((one) => one.area.startsWith(area.path))),
    done,
  }
}

/** The own grid with what was taken over in it and what was given away marked, as it stands at `now`. */
export function withHanded(own: Bundle, taken: Taken[], given: Given[], now: string): Bundle {
  const works = stillOn(taken, now).map((one) => one.work)
  return {
    ...own,
    households: together<Household>(own.households, works, 'households'),
    persons: together<Person>(own.persons, works, 'persons'),
    observations: together(own.observations, works, 'observations'),
    slots: together<Slot>(own.slots, works, 'slots'),
    errands: together<Errand>(own.errands, works, 'errands'),
    visits_open: together<OpenVisit>(own.visits_open, works, 'visits_open'),
    areas: [...new Map([...own.areas, ...works.flatMap((work) => work.areas)].map((one) => [one.path, one])).values()],
    done_elsewhere: works.flatMap((work) => work.done),
    handed_over: stillOn(given, now).flatMap((one) => one.households),
  }
}

export function stillOn<T extends { until: string }>(all: T[], now: string): T[] {
  return all.filter((one) => Date.parse(one.until) > Date.parse(now))
}

function together<T extends { id: string }>(own: T[], works: Work[], name: keyof Parts): T[] {
  if (works.length === 0) return own
  const taken = works.flatMap((work) => work[name] as unknown as T[])
  const known = new Set(own.map((one) => one.id))
  return [...own, ...new Map(taken.filter((one) => !known.has(one.id)).map((one) => [one.id, one])).values()]
}

const HOUR_MS = 3600000
const LATE_HOURS = 4

/** Until when a day's work goes over: the end of the day, or late in the evening the next noon. ISO in the county's hour. */
export function untilWhen(now: Date, day: string): string {
  const midnight = new Date(`${day}T00:00:00+08:00`).getTime() + 24 * HOUR_MS
  const late = midnight - now.getTime() < LATE_HOURS * HOUR_MS
  return new Date(late ? midnight + 12 * HOUR_MS : midnight).toISOString()
}
