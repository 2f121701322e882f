// Short messages and questions of the field app. Vant's own style sheets bring an icon font that phones would fetch
// from a stranger's server, so only the sheets that draw without icons are taken.
import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
import 'vant/es/toast/index.css'
import 'vant/es/dialog/index.css'
import { showConfirmDialog, showDialog } from 'vant/es/dialog'
import { showToast } from 'vant/es/toast'
import { sounds } from './sounding'

/** Say that something is safely recorded. */
export function tellSaved(text: string): void {
  sounds('done')
  showToast({ message: `✓ ${text}`, duration: 2600, wordBreak: 'break-word' })
}

export function tellPlainly(text: string): void {
  showToast({ message: text, duration: 3200, wordBreak: 'break-word' })
}

/** Say what went wrong and what to do, until it is read. */
export async function tellTrouble(title: string, message: string): Promise<void> {
  sounds('alarm')
  await showDialog({ title, message })
}

/** Ask before something that cannot be taken back. */
export async function isSure(
  title: string,
  message: string,
  confirmText: string,
  cancelText: string,
): Promise<boolean> {
  return showConfirmDialog({ title, message, confirmButtonText: confirmText, cancelButtonText: cancelText }).then(
    () => true,
    () => false,
  )
}
