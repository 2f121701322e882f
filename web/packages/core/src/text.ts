// Bilingual text as every door sends it, and which half of it to show. Holds no sentences of its own.

export type Language = 'zh-hans' | 'en'

export interface Bilingual {
  zh: string
  en: string
}

/** The half a reader wants; the other half when theirs is empty, because a sentence in the wrong language beats none. */
export function say(text: Bilingual | null | undefined, language: Language): string {
  if (!text) return ''
  return language === 'en' ? text.en || text.zh : text.zh || text.en
}

export function isBilingual(value: unknown): value is Bilingual {
  return typeof value === 'object' && value !== null && 'zh' in value && 'en' in value
}

const LANGUAGE_KEY = 'lianfang.language'

/** The language chosen on this device, else Chinese. */
export function rememberedLanguage(): Language {
  try {
    return localStorage.getItem(LANGUAGE_KEY) === 'en' ? 'en' : 'zh-hans'
  } catch {
    return 'zh-hans'
  }
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language)
  } catch {
    // Private windows refuse storage; the choice then lasts for this page only.
  }
}
