// Scanners and card readers are keyboards: what they type ends in Enter, wherever the finger was last. Told by what it
// says, not by how fast it comes, because a slow reader is a reader too. Knows no interface and no clock.
import { isPermit } from '@lianfang/core/permits'
import { isPlate } from './gate'
import { isMemory } from './gateMemory'

/** What was read: a code (permit, another gate's memory), the end of an identity number, or a plate. */
export type Scanned = { kind: 'code' | 'tail' | 'plate'; text: string; typed: string }

const CODE = /LF[PG]1:[^\u4e00-\u9fff]+$/
const NUMBER = /(?:^|\D)(\d{17}[\dXx])\D*$/
const PLATE = /[\u4e00-\u9fff][A-Za-z][A-Za-z0-9]{4,6}[\u4e00-\u9fff]?$/
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ENDS = '10X98765432'
const TAIL = 6

/** What a reader has put at the end of a field; `typed` is as much as it put there, to be taken out again. */
export function scannedIn(field: string): Scanned | null {
  const code = CODE.exec(field)?.[0]
  if (code && (isPermit(code) || isMemory(code))) return { kind: 'code', text: code.trim(), typed: code }
  const number = NUMBER.exec(field)?.[1]
  // Of a whole number a gate keeps its end, and nothing before it stays on the screen.
  if (number && isIdentityNumber(number))
    return { kind: 'tail', text: number.slice(-TAIL).toUpperCase(), typed: field.slice(field.indexOf(number)) }
  const plate = PLATE.exec(field)?.[0]
  return plate && isPlate(plate) ? { kind: 'plate', text: plate, typed: plate } : null
}

/** Whether the last of eighteen characters is the check of the others (GB 11643). */
function isIdentityNumber(number: string): boolean {
  const sum = WEIGHTS.reduce((all, weight, place) => all + weight * Number(number[place]), 0)
  return ENDS[sum % 11] === number[17]?.toUpperCase()
}
