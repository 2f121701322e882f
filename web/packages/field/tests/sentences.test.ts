import { describe, expect, it } from 'vitest'
import { t } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

function sentences(part: object): string[] {
  return Object.values(part).flatMap((one) => (typeof one === 'string' ? [one] : sentences(one)))
}

const names = (sentence: string) => new Set([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))

describe('sentences', () => {
  it('are filled with what they name, in either language', () => {
    const filled = { n: 3, name: '王明' }
    expect(t('signIn.unsent', filled, 'zh-hans')).toContain('王明 的 3 条')
    expect(t('signIn.unsent', filled, 'en')).toContain('王明')
  })

  it('leave a name without a value empty', () => {
    expect(t('unlock.title', {}, 'zh-hans')).toBe('，请输入打开密码')
  })

  it('hold no brace but around a name, because nothing else is read', () => {
    for (const one of [...sentences(zh), ...sentences(en)])
      expect(one.replace(/\{\w+\}/g, '')).not.toMatch(/[{}]|@[:.]/)
  })

  it('name the same things in both languages', () => {
    const english = sentences(en)
    for (const [index, one] of sentences(zh).entries()) expect(names(english[index] ?? '')).toEqual(names(one))
  })
})
