// Whether the disk has room left, asked where a refusal does no harm. A record that finds no room half way leaves the
// browser's log torn; what else is written behind it makes Chromium take the store for damaged and remove it.

const NAME = 'room'
/** Bytes: what one record brings the browser to write, with what it puts in order meanwhile. */
const NEEDED = 2 ** 20

/** Milliseconds for which an answer holds: what one tap brings is written in several parts. */
const HOLDS = 1000

let piece: Blob | null = null
let heard = Number.NEGATIVE_INFINITY

/** Raises a `QuotaExceededError` where the disk has no room. Where the browser offers no place to ask, nothing is known
 * and nothing is raised. */
export async function askForRoom(): Promise<void> {
  if (performance.now() - heard < HOLDS) return
  try {
    await writeForNothing()
    heard = performance.now()
  } catch (problem) {
    // because a browser without such a place, or one that keeps it shut, may have all the room there is
    if (problem instanceof DOMException && problem.name === 'QuotaExceededError') throw problem
  }
}

/** What is written stands beside the file until that is closed: given up, it leaves nothing behind. */
async function writeForNothing(): Promise<void> {
  const folder = await navigator.storage.getDirectory()
  const file = await folder.getFileHandle(NAME, { create: true })
  const writing = await file.createWritable()
  piece ??= new Blob([new Uint8Array(NEEDED)])
  try {
    await writing.write(piece)
  } finally {
    await writing.abort()
  }
}
