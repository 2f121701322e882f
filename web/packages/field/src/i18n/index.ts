// The field app's sentences. Chinese first.
import { type Bilingual, type Language, rememberedLanguage, rememberLanguage, say } from '@lianfang/core'
import { computed } from 'vue'
import { createI18n, type MessageContext, type MessageFunction } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

/** Make a sentence with {names} in it: the only form ours have, and on a slow phone a tenth of the work of reading any. */
export function compileSentence(sentence: string): MessageFunction<string> {
  const parts = sentence.split(/\{(\w+)\}/)
  const filled = (about: MessageContext<string>) =>
    parts.map((part, index) => (index % 2 === 0 ? part : String(about.named(part) ?? ''))).join('')
  return Object.assign(parts.length === 1 ? () => sentence : filled, { source: sentence })
}

export const i18n = createI18n({
  legacy: false,
  locale: rememberedLanguage(),
  fallbackLocale: 'zh-hans',
  messageCompiler: (message) => compileSentence(String(message)),
  messages: { 'zh-hans': zh, en },
})

/** Add the sentences of pages that few phones open, so that the others need not load them. */
export function addSentences(more: { zh: object; en: object }): void {
  i18n.global.mergeLocaleMessage('zh-hans', more.zh)
  i18n.global.mergeLocaleMessage('en', more.en)
}

export const language = computed<Language>(() => (i18n.global.locale.value === 'en' ? 'en' : 'zh-hans'))

export function chooseLanguage(chosen: Language): void {
  i18n.global.locale.value = chosen
  document.documentElement.lang = chosen === 'en' ? 'en' : 'zh-Hans'
  rememberLanguage(chosen)
}

export function tell(text: Bilingual | string | null | undefined): string {
  return typeof text === 'string' ? text : say(text, language.value)
}

/** A sentence of ours in both languages: the queue may be read later in the other one, or by the office. */
export function bothWays(key: string, values: (inLanguage: Language) => Record<string, string>): Bilingual {
  const write = (locale: Language) => i18n.global.t(key, values(locale), { locale })
  return { zh: write('zh-hans'), en: write('en') }
}
