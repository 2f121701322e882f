// What one gate phone tells another without a network: what is remembered of somebody, as a QR text signed by the phone
// that shows it. Carries fingerprints, decisions, moments and gates; no name and nothing of health.
import type { Remembered } from '@lianfang/core'
import { bodyOf, cardOf, NotGenuine, opened, type Signer, signed } from './signing'

const MARK = 'LFG1'
const VERSION = 1
/** More than one person's marks never need: plate, phones and numbers of one vehicle. */
const MOST = 12

type Row = [mark: string, decision: string, at: number, gate: string]

const CODES: Record<string, Remembered['decision']> = { t: 'turn_back', h: 'refer_health' }
const codeOf = (decision: Remembered['decision']): string => (decision === 'turn_back' ? 't' : 'h')

/** The text to show for what is remembered of somebody. */
export async function memoryText(signer: Signer, card: string, remembered: Remembered[]): Promise<string> {
  const rows = remembered
    .slice(0, MOST)
    .map((one): Row => [one.mark, codeOf(one.decision), Math.floor(Date.parse(one.at) / 1000), one.gate])
  return `${MARK}:${await signed(signer, { v: VERSION, c: card, g: rows })}`
}

/** Whether a scanned text is one of these. */
export const isMemory = (text: string): boolean => text.startsWith(`${MARK}:`)

export interface Reading {
  serverKey: string
  /** The county of this gate: its first six digits. */
  county: string
  now: Date
  day: string
  hours: number
}

/** What another gate's phone shows, as this phone keeps it. Throws NotGenuine for what the server does not vouch for, a
 * phone of another county, and what has run out or lies ahead is left out. */
export async function readMemory(text: string, reading: Reading): Promise<Remembered[]> {
  if (!isMemory(text)) throw new NotGenuine('no memory of a gate')
  const inside = text.slice(MARK.length + 1)
  const card = await cardOf(String(bodyOf(inside).c), reading.serverKey, reading.day)
  if (!card.paths.some((path) => path.startsWith(reading.county))) throw new NotGenuine('of another county')
  const body = await opened(inside, card.key)
  if (body.v !== VERSION || !Array.isArray(body.g)) throw new NotGenuine('of no known version')
  const until = reading.now.getTime()
  return (body.g as Row[])
    .slice(0, MOST)
    .map(asRemembered)
    .filter((one): one is Remembered => one !== null)
    .filter((one) => Date.parse(one.at) <= until && Date.parse(one.at) >= until - reading.hours * 3600000)
}

function asRemembered([mark, code, at, gate]: Row): Remembered | null {
  const decision = CODES[code]
  if (!decision || !/^[0-9a-f]{16}$/.test(mark) || !Number.isFinite(at)) return null
  return { mark, decision, at: new Date(at * 1000).toISOString(), gate: String(gate).slice(0, 80) }
}

/** Both memories as one, each entry once. */
export function withRemembered(own: Remembered[], told: Remembered[]): Remembered[] {
  const key = (one: Remembered) => `${one.mark} ${Math.floor(Date.parse(one.at) / 1000)}`
  return [...new Map([...own, ...told].map((one) => [key(one), one])).values()]
}
