// Keyboard shortcuts for the whole console. Never act while someone is typing.
import type { Router } from 'vue-router'

export function installKeys(router: Router, showHelp: () => void): void {
  let afterG = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key === '/') return focusSearch(event)
    if (event.key === '?') return showHelp()
    if ((event.key === 'j' || event.key === 'k') && document.activeElement === document.body) return enterList(event)
    if (event.key === 'g') {
      afterG = Date.now()
    } else if (event.key === 'h' && Date.now() - afterG < 1200) {
      void router.push({ name: 'home' })
    }
  })
}

/** Whether letters go into a field; nobody types into a choice. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || (target instanceof HTMLInputElement && target.type === 'radio')) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** From anywhere on the page into its list, at the row last looked at. */
function enterList(event: KeyboardEvent): void {
  const row = document.querySelector<HTMLElement>('tbody tr[tabindex="0"]')
  if (!row) return
  event.preventDefault()
  row.focus()
}

/** The page's own search wins over the one in the header. */
function focusSearch(event: KeyboardEvent): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('[data-search]')].filter((box) => box.offsetParent)
  const box = boxes.at(-1)
  if (!box) return
  event.preventDefault()
  box.focus()
  box.select()
}
