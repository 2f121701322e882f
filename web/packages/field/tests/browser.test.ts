import { describe, expect, it } from 'vitest'
import { inAppBrowser } from '../src/store/browser'

const ANDROID = 'Mozilla/5.0 (Linux; Android 10; MI 8) AppleWebKit/537.36 (KHTML, like Gecko)'
const TOLD = [
  [`${ANDROID} Version/4.0 Chrome/107.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.42 NetType/4G`, '微信'],
  [`${ANDROID} Version/4.0 Chrome/102.0 Mobile Safari/537.36 AliApp(DingTalk/6.5.10) com.alibaba.android`, '钉钉'],
  [`${ANDROID} Version/4.0 Chrome/98.0 Mobile Safari/537.36 V1_AND_SQ_8.9.0 QQ/8.9.0.9460`, 'QQ'],
  [`${ANDROID} Version/4.0 Chrome/69.0 Mobile Safari/537.36 AlipayClient/10.3.0`, '支付宝'],
  [`${ANDROID} Version/4.0 Chrome/100.0 Mobile Safari/537.36 Weibo (Xiaomi-MI 8__weibo__12.9.0)`, '微博'],
] as const

describe('a browser inside another app, which clears its storage when the app likes', () => {
  it.each(TOLD)('is known by how it calls itself: %#', (agent, app) => {
    expect(inAppBrowser(agent)).toBe(app)
  })

  it('is not seen in a browser of its own', () => {
    for (const agent of [`${ANDROID} Chrome/120.0 Mobile Safari/537.36`, `${ANDROID} MQQBrowser/13.6 Mobile`, ''])
      expect(inAppBrowser(agent)).toBe('')
  })
})
