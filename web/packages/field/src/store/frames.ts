// A packet of bytes as a row of QR codes and back: in any order, any of them seen twice, a stranger's ignored. Pure.
import { toBase64url } from '@lianfang/core'
import { NotGenuine, narrow } from './signing'

const MARK = 'LFW1'
/** How much one code carries: what a cheap camera reads from a cheap screen at arm's length. */
const CHUNK = 480

export function framesOf(packet: Uint8Array, id: string): string[] {
  const text = toBase64url(packet)
  const count = Math.max(1, Math.ceil(text.length / CHUNK))
  return Array.from(
    { length: count },
    (_, index) => `${MARK}:${id}:${index}:${count}:${text.slice(index * CHUNK, (index + 1) * CHUNK)}`,
  )
}

/** What was seen so far of one packet. */
export interface Seen {
  id: string
  count: number
  parts: ReadonlyMap<number, string>
}

/** What was seen with one more code; codes of another packet begin anew, what is no frame changes nothing. */
export function see(seen: Seen | null, text: string): Seen | null {
  const [mark, id, place, of, part] = text.split(':')
  const index = Number(place)
  const count = Number(of)
  if (mark !== MARK || !id || !part || !Number.isInteger(index) || !Number.isInteger(count)) return seen
  if (index < 0 || index >= count || count > 999) return seen
  const before = seen?.id === id && seen.count === count ? seen.parts : new Map<number, string>()
  return { id, count, parts: new Map([...before, [index, part]]) }
}

export function isWhole(seen: Seen | null): seen is Seen {
  return seen !== null && seen.parts.size === seen.count
}

/** The packet of a whole row. Throws NotGenuine while something is missing. */
export function packetOf(seen: Seen): Uint8Array<ArrayBuffer> {
  if (!isWhole(seen)) throw new NotGenuine('not whole')
  return narrow(Array.from({ length: seen.count }, (_, index) => seen.parts.get(index)).join(''))
}
