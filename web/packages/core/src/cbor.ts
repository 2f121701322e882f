// The little CBOR a permit is made of, in its one deterministic form (RFC 8949, 4.2): whole numbers, bytes, text, lists,
// maps, tags. Every other spelling of the same content throws, so that no two different codes say the same.

export type Cbor = number | string | Uint8Array | Cbor[] | Map<Cbor, Cbor> | Tag

export class Tag {
  constructor(
    readonly number: number,
    readonly content: Cbor,
  ) {}
}

const DEEPEST = 6

class Reader {
  private at = 0
  constructor(private readonly bytes: Uint8Array) {}

  whole(): Cbor {
    const found = this.item(0)
    if (this.at !== this.bytes.length) throw new Error('more than one item')
    return found
  }

  private take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new Error('cut off')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** The number in an item's head: always in as few bytes as can hold it. */
  private count(low: number): number {
    if (low < 24) return low
    if (low > 27) throw new Error('of no known length')
    const width = 2 ** (low - 24)
    let number = 0
    for (const byte of this.take(width)) number = number * 256 + byte
    const least = width === 1 ? 24 : 256 ** (width / 2)
    if (number < least || !Number.isSafeInteger(number)) throw new Error('not in its shortest form')
    return number
  }

  private item(depth: number): Cbor {
    if (depth > DEEPEST) throw new Error('nested too deep')
    const head = this.take(1)[0] as number
    const count = this.count(head % 32)
    switch (head >> 5) {
      case 0:
        return count
      case 1:
        return -1 - count
      case 2:
        return this.take(count)
      case 3:
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(count))
      case 4:
        return this.list(count, depth)
      case 5:
        return this.map(count, depth)
      case 6:
        return new Tag(count, this.item(depth + 1))
      default:
        throw new Error('of no kind a permit has')
    }
  }

  private list(count: number, depth: number): Cbor[] {
    const found: Cbor[] = []
    for (let n = 0; n < count; n++) found.push(this.item(depth + 1))
    return found
  }

  /** A map's keys rise in the order of their bytes, which also keeps a key from coming twice. */
  private map(count: number, depth: number): Map<Cbor, Cbor> {
    const found = new Map<Cbor, Cbor>()
    let last: Uint8Array | null = null
    for (let n = 0; n < count; n++) {
      const start = this.at
      const key = this.item(depth + 1)
      const written = this.bytes.subarray(start, this.at)
      if (last && !comesBefore(last, written)) throw new Error('keys out of order')
      last = written
      found.set(key, this.item(depth + 1))
    }
    return found
  }
}

function comesBefore(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return one.length < other.length
  const at = one.findIndex((byte, n) => byte !== other[n])
  return at >= 0 && (one[at] as number) < (other[at] as number)
}

/** The one item the bytes hold. Throws for everything that is not in its plain form. */
export function readCbor(bytes: Uint8Array): Cbor {
  return new Reader(bytes).whole()
}

/** Bytes with the head that CBOR puts before a byte string, or before text. */
export function withHead(kind: 'bytes' | 'text', body: Uint8Array): Uint8Array {
  const major = kind === 'bytes' ? 0x40 : 0x60
  const { length } = body
  if (length > 0xffff) throw new Error('too long')
  const head =
    length < 24 ? [major + length] : length < 256 ? [major + 24, length] : [major + 25, length >> 8, length & 255]
  return Uint8Array.from([...head, ...body])
}
