// The log in which a browser writes down what is stored here. A phone that goes out in the middle of a write, or has no
// room for the whole of it, leaves half a record at the log's end. Chromium goes on writing behind it, and at the start
// after that it takes everything in the log for damaged and removes the store. So no page writes into an old log, and none
// begins to write where there is no room for the whole.
import { deleteDB, openDB } from 'idb'
import { askForRoom } from './room'

const NAME = 'lianfang-log'

let begun: Promise<void> | null = null

/** Write, in a log of this page's own; after a write that failed in another one. Raises what the write raises, and a
 * `QuotaExceededError` before anything is touched where the disk is full. */
export async function inOwnLog<T>(write: () => Promise<T>): Promise<T> {
  await askForRoom()
  begun ??= beginLog()
  const mine = begun
  try {
    await mine
    return await write()
  } catch (problem) {
    if (begun === mine) leaveLog()
    throw problem
  }
}

/** Write no more in the log there is: the browser has closed what it belongs to, and opens it where it ended. */
export function leaveLog(): void {
  begun = null
}

/** Make the browser put the log away: it does when a database is deleted, whatever that held. */
async function beginLog(): Promise<void> {
  ;(await openDB(NAME, 1)).close()
  await deleteDB(NAME)
}
