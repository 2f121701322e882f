// Keeps things until the page closes: for browsers that offer no encryption or no storage.
import type { Entry, Me } from '@lianfang/core'
import type { Bundle } from './bundle'
import type { PhoneStore, Side } from './store'

export class MemoryStore implements PhoneStore {
  readonly lasting = false
  private readonly rows = new Map<string, Entry>()
  private held: { bundle: Bundle | null; me: Me | null } = { bundle: null, me: null }

  private sides: Record<Side, unknown[]> = { taken: [], given: [], told: [], resting: [] }

  async entries(): Promise<Entry[]> {
    return [...this.rows.values()]
  }

  async keepEntries(changed: Entry[]): Promise<void> {
    for (const entry of changed) this.rows.set(entry.id, entry)
  }

  async dropEntries(ids: string[]): Promise<void> {
    for (const id of ids) this.rows.delete(id)
  }

  async bundle(): Promise<Bundle | null> {
    return this.held.bundle
  }

  async keepBundle(bundle: Bundle): Promise<void> {
    this.held.bundle = bundle
  }

  async noteHeard(): Promise<void> {}

  async me(): Promise<Me | null> {
    return this.held.me
  }

  async keepMe(me: Me): Promise<void> {
    this.held.me = me
  }

  async dropDownloads(): Promise<void> {
    this.held = { bundle: null, me: null }
    this.sides = { taken: [], given: [], told: [], resting: [] }
  }

  async hasPin(): Promise<boolean> {
    return false
  }

  async setPin(): Promise<void> {}

  async removePin(): Promise<void> {}

  async handed<T>(side: Side): Promise<T[]> {
    return this.sides[side] as T[]
  }

  async keepHanded(side: Side, all: unknown[]): Promise<void> {
    this.sides[side] = all
  }

  async screen(): Promise<null> {
    return null
  }

  async keepScreen(): Promise<void> {}

  async signer(): Promise<null> {
    return null
  }

  async destroy(): Promise<void> {
    this.rows.clear()
    await this.dropDownloads()
  }
}
