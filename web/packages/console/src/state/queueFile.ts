// The file that a phone saves its unsent work in, read and cut into portions. Judges the form only, never a record.
import type { Command, QueueFile } from '@lianfang/core'

export const PORTION = 100

/** The queue in a file's text; null when it is no such file. */
export function queueIn(text: string): QueueFile | null {
  try {
    const found = JSON.parse(text) as Partial<QueueFile> | null
    const known = found?.format === 'lianfang.outbox' && found.version === 1 && Array.isArray(found.commands)
    return known ? (found as QueueFile) : null
  } catch {
    return null
  }
}

/** The same file in portions, each small enough to show how far it is and to repeat when the network fails. */
export function portionsOf(file: QueueFile): QueueFile[] {
  const portions: Command[][] = []
  for (let start = 0; start < file.commands.length; start += PORTION)
    portions.push(file.commands.slice(start, start + PORTION))
  return portions.map((commands) => ({ ...file, commands }))
}
