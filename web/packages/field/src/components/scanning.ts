import { onMounted, onUnmounted } from 'vue'
import { type Scanned, scannedIn } from '../store/scanned'

const FORGET_MS = 1500

/** Take what scanners and card readers type on this page, in whatever field or in none. Whoever takes it says yes. */
export function takeScans(take: (scanned: Scanned) => boolean): void {
  let keys = ''
  let last = 0

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const field = fieldOf(event)
    if (event.key === 'Enter') onEnter(event, field)
    else if (!field && event.key.length === 1) gather(event)
  }

  /** With no field in focus, keys must not press the buttons that were tapped last. */
  function gather(event: KeyboardEvent): void {
    keys = (event.timeStamp - last > FORGET_MS ? '' : keys) + event.key
    last = event.timeStamp
    if (keys.length < 2) return
    event.preventDefault()
    ;(document.activeElement as HTMLElement | null)?.blur()
  }

  function onEnter(event: KeyboardEvent, field: HTMLInputElement | null): void {
    const scanned = scannedIn(field ? field.value : keys)
    keys = ''
    if (!scanned || !take(scanned)) return
    event.preventDefault()
    event.stopPropagation()
    if (!field) return
    field.value = field.value.slice(0, field.value.length - scanned.typed.length)
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }

  onMounted(() => window.addEventListener('keydown', onKey, true))
  onUnmounted(() => window.removeEventListener('keydown', onKey, true))
}

function fieldOf(event: KeyboardEvent): HTMLInputElement | null {
  return event.target instanceof HTMLInputElement ? event.target : null
}
