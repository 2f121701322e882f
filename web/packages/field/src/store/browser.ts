// What this browser can and cannot do, so that the app says it plainly instead of losing something quietly.

const IN_APP: [RegExp, string][] = [
  [/MicroMessenger/i, '微信'],
  [/DingTalk/i, '钉钉'],
  [/\bQQ\//i, 'QQ'],
  [/AlipayClient/i, '支付宝'],
  [/Weibo/i, '微博'],
]

/** The app whose built-in browser this is, or nothing: these browsers clear their storage when the app likes. */
export function inAppBrowser(agent = navigator.userAgent): string {
  return IN_APP.find(([pattern]) => pattern.test(agent))?.[1] ?? ''
}

/** Ask the browser not to clear our storage when space is short; it may say no. */
export async function askToKeep(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false)
}
