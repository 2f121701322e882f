// Parts that only browsers without their own need: a reader of QR codes, Ed25519. Fetched by these browsers and kept; the
// app runs without them, so one that cannot be had is no reason to begin the page anew, again and again.

let using = 0

/** Whether a part that fails to load now is one of these. */
export function areSparesInUse(): boolean {
  return using > 0
}

/** Do what may need such a part. Rejects as it does. */
export async function withSpares<T>(work: () => Promise<T>): Promise<T> {
  using += 1
  try {
    return await work()
  } finally {
    using -= 1
  }
}

/** What stands in for a browser that lacks something: it must be here before the network is gone. */
export async function keepSpares(): Promise<void> {
  if (!(await isKept())) return
  const [{ keepReading }, { keepVerifying }] = await Promise.all([
    import('../components/reading'),
    import('@lianfang/core/verifying'),
  ])
  await withSpares(() => Promise.allSettled([keepReading(), keepVerifying()]))
}

/** Whether what is fetched from now on is kept: on a first start, once the app's own parts are. */
async function isKept(): Promise<boolean> {
  const { serviceWorker } = navigator
  if (!window.isSecureContext || !serviceWorker || !(await serviceWorker.getRegistration('/field/'))) return false
  if (!serviceWorker.controller)
    await new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
  return true
}
