// The console's own sentences in two languages; texts of tables, actions and refusals come from the server.
import { type Bilingual, type Language, rememberedLanguage, rememberLanguage, say } from '@lianfang/core'
import { type App, computed } from 'vue'
import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

export const i18n = createI18n({
  legacy: false,
  locale: rememberedLanguage(),
  fallbackLocale: 'zh-hans',
  messages: { 'zh-hans': zh, en },
})

export const language = computed<Language>(() => (i18n.global.locale.value === 'en' ? 'en' : 'zh-hans'))

/** Show the console in this language from now on, on this device. */
export function chooseLanguage(chosen: Language): void {
  i18n.global.locale.value = chosen
  document.documentElement.lang = chosen === 'en' ? 'en' : 'zh-Hans'
  rememberLanguage(chosen)
}

/** The half of a server text that the reader chose. Reactive. */
export function tell(text: Bilingual | string | null | undefined): string {
  return typeof text === 'string' ? text : say(text, language.value)
}

/** Gives templates `$tell`, so that a column's label needs no import. */
export const telling = {
  install(app: App): void {
    app.config.globalProperties.$tell = tell
  },
}

declare module 'vue' {
  interface ComponentCustomProperties {
    $tell: typeof tell
  }
}
