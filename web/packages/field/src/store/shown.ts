// What a slow phone does once its page stands, so that its owner need not wait for it.

/** Do it when the page has been drawn. */
export function whenShown(work: () => void): void {
  requestAnimationFrame(() => setTimeout(work, 50))
}

/** Do it when the phone has nothing else to do; where a browser cannot tell, soon. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 1000 })
  else setTimeout(work, 200)
}
