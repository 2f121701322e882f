// The list as it stood here last. A slow phone shows it at once and answers the first tap when the app is ready.

/** What was drawn, with how the page around it looked. It holds names: it lies sealed like everything else. */
export interface Screen {
  html: string
  day: string
  lang: string
  look: string
  size: string
}

const HOUSES = 6
const TAPPED = 'button, a'
const FRAME_MS = 150

let tapped: { index: number; text: string } | null = null

/** Take down what the first screenful shows now. */
export function takeScreen(app: HTMLElement): Screen {
  const copy = app.cloneNode(true) as HTMLElement
  for (const house of [...copy.querySelectorAll('.house')].slice(HOUSES)) house.remove()
  const root = document.documentElement
  const { lang, className: look } = root
  return { html: copy.innerHTML, day: today(), lang, look, size: root.style.fontSize }
}

/** Whether this is the page that the screen shows, on the day it was drawn: yesterday's list would mislead. */
export function isOf(screen: Screen): boolean {
  return window.location.pathname === '/field/' && screen.day === today()
}

/** Draw it; resolves when it stands. */
export async function showScreen(app: HTMLElement, screen: Screen): Promise<void> {
  const root = document.documentElement
  root.lang = screen.lang
  root.className = screen.look
  root.style.fontSize = screen.size
  app.innerHTML = screen.html
  app.addEventListener('click', keepTap, true)
  await new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    // a page that nobody looks at is never drawn
    setTimeout(resolve, FRAME_MS)
  })
}

/** Do now what was tapped before the app was ready, when it stands where it stood. */
export function tapAgain(app: HTMLElement): void {
  app.removeEventListener('click', keepTap, true)
  if (!tapped) return
  const found = app.querySelectorAll<HTMLElement>(TAPPED)[tapped.index]
  if (found?.textContent === tapped.text) found.click()
  tapped = null
}

function keepTap(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
  const app = event.currentTarget as HTMLElement
  const one = (event.target as Element).closest(TAPPED)
  if (!one) return
  one.classList.add('tapped')
  tapped = { index: [...app.querySelectorAll(TAPPED)].indexOf(one), text: one.textContent ?? '' }
}

function today(): string {
  return new Date().toDateString()
}
