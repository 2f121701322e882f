// Short messages and questions of the field app, by the browser's own dialog: it keeps the focus, closes by Escape and
// is read out, and no phone loads anything for it.
import '../styles/telling.css'
import { t } from '../i18n'
import { sounds } from './sounding'

const SAVED_MS = 2600
const PLAIN_MS = 3200

let line: HTMLElement | null = null
let away = 0

/** Say that something is safely recorded. */
export function tellSaved(text: string): void {
  sounds('done')
  tellFor(SAVED_MS, `✓ ${text}`)
}

export function tellPlainly(text: string): void {
  tellFor(PLAIN_MS, text)
}

/** Say what went wrong and what to do, until it is read. */
export async function tellTrouble(title: string, message: string): Promise<void> {
  sounds('alarm')
  await answered(title, message, [[t('common.ok'), true]])
}

/** Ask before something that cannot be taken back. */
export async function isSure(
  title: string,
  message: string,
  confirmText: string,
  cancelText: string,
): Promise<boolean> {
  return answered(title, message, [
    [cancelText, false],
    [confirmText, true],
  ])
}

/** One line at a time, in a place that stands before its words do: only then are they read out. */
function tellFor(ms: number, text: string): void {
  if (!line?.isConnected) {
    line = document.body.appendChild(document.createElement('p'))
    line.className = 'told'
    line.role = 'status'
  }
  line.textContent = text
  clearTimeout(away)
  away = window.setTimeout(() => line?.replaceChildren(), ms)
}

/** Show a question until a button is pressed; Escape and the phone's back button mean no. */
function answered(title: string, message: string, choices: [string, boolean][]): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog')
    const close = (yes: boolean) => {
      window.removeEventListener('popstate', leave)
      dialog.remove()
      resolve(yes)
    }
    const leave = () => close(false)
    dialog.className = 'asked'
    dialog.ariaLabel = title
    dialog.append(worded('h2', title), worded('p', message), ...choices.map(([text, yes]) => pressed(text, yes, close)))
    dialog.addEventListener('close', leave)
    window.addEventListener('popstate', leave)
    document.body.append(dialog)
    dialog.showModal()
  })
}

function worded(kind: 'h2' | 'p' | 'button', text: string): HTMLElement {
  const made = document.createElement(kind)
  made.textContent = text
  return made
}

function pressed(text: string, yes: boolean, close: (yes: boolean) => void): HTMLElement {
  const made = worded('button', text)
  made.className = yes ? 'button primary' : 'button'
  made.addEventListener('click', () => close(yes))
  return made
}
