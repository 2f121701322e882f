// What happens once someone is signed in: show what the phone holds, send what waits, fetch what is new.
import { downloadGrid, openGrid } from './grid'
import type { Held } from './held'
import { loadOutbox, unsent, upload, waiting } from './outbox'
import { me, online, phone } from './session'
import { whenShown } from './shown'
import { keepSpares } from './spares'

let watching = false

/** Begin with what was read ahead, or read it now. */
export async function startWork(held?: Held | null): Promise<void> {
  await Promise.all([openGrid(held?.grid), loadOutbox(held?.entries)])
  whenShown(() => void upload().then(downloadGrid).then(keepSpares))
  if (watching) return
  watching = true
  window.addEventListener('online', () => void comeBack())
  window.addEventListener('offline', () => {
    online.value = false
  })
  window.addEventListener('beforeunload', (event) => {
    if (unsent.value && !phone.value?.lasting) event.preventDefault()
  })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void comeBack())
  setInterval(() => waiting.value > 0 && void upload(), 30000)
}

async function comeBack(): Promise<void> {
  if (!me.value) return
  await upload()
  await downloadGrid()
}
