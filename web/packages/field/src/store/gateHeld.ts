// What a gate's phone keeps beside its queue, sealed like all it holds: what other gates' phones have shown to it, and who
// rests until they are measured again. Both end by themselves after the hours that gates remember.
import type { Remembered } from '@lianfang/core'
import type { Draft } from './gate'
import { withRemembered } from './gateMemory'
import type { PhoneStore } from './store'

const HOUR = 3600000

export interface HeldAtGate {
  told: Remembered[]
  resting: Draft[]
}

const isFresh = (since: number, now: Date, hours: number): boolean => now.getTime() - since < hours * HOUR

/** What still counts at the moment. */
export function stillHeld(held: HeldAtGate, now: Date, hours: number): HeldAtGate {
  return {
    told: held.told.filter((one) => isFresh(Date.parse(one.at), now, hours)),
    resting: held.resting.filter((one) => isFresh(one.again_at, now, hours)),
  }
}

/** What the phone holds, without what has run out, which is taken off the phone. */
export async function readHeld(store: PhoneStore, now: Date, hours: number): Promise<HeldAtGate> {
  const [told, resting] = await Promise.all([store.handed<Remembered>('told'), store.handed<Draft>('resting')])
  const held = stillHeld({ told, resting }, now, hours)
  if (held.told.length < told.length) await store.keepHanded('told', held.told)
  if (held.resting.length < resting.length) await store.keepHanded('resting', held.resting)
  return held
}

/** Take over what another gate's phone has shown; returns all that this one has been told. */
export async function keepTold(store: PhoneStore, before: Remembered[], more: Remembered[]): Promise<Remembered[]> {
  const all = withRemembered(before, more)
  await store.keepHanded('told', all)
  return all
}

export async function keepResting(store: PhoneStore, resting: Draft[]): Promise<void> {
  // The store takes plain values only: what a page holds is wrapped for the screen.
  await store.keepHanded('resting', JSON.parse(JSON.stringify(resting)) as Draft[])
}
