// The field app's sentences. Chinese first. Ours have one form only, {names} to fill in: the libraries that know more
// weigh as much as all the pages of a day, and make a phone load the whole of the interface library besides.
import { type Bilingual, type Language, rememberedLanguage, rememberLanguage, say } from '@lianfang/core'
import { shallowRef } from 'vue'
import { en } from './en'
import { zh } from './zh'

type Values = Readonly<Record<string, unknown>>

const written: Record<Language, object[]> = { 'zh-hans': [zh], en: [en] }
const spoken = shallowRef<Language>(rememberedLanguage())

export const language: Readonly<typeof spoken> = spoken

/** Add the sentences of pages that few phones open, so that the others need not load them. */
export function addSentences(more: { zh: object; en: object }): void {
  written['zh-hans'].push(more.zh)
  written.en.push(more.en)
}

/** Say a sentence by the names that lead to it, in the language chosen; Chinese stands in where there is no other. */
export function t(key: string, values: Values = {}, inLanguage: Language = language.value): string {
  const found = at(key, inLanguage) ?? at(key, 'zh-hans')
  return typeof found === 'string' ? found.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? '')) : key
}

/** Whether there is a sentence in the language chosen. */
export function has(key: string): boolean {
  return typeof at(key, language.value) === 'string'
}

/** A list of sentences to choose from; empty where nobody wrote one. */
export function choices(key: string): string[] {
  const found = at(key, language.value)
  return Array.isArray(found) ? found : []
}

function at(key: string, inLanguage: Language): unknown {
  const names = key.split('.')
  for (const part of written[inLanguage]) {
    let here: unknown = part
    for (const name of names) here = (here as Record<string, unknown> | undefined)?.[name]
    if (here !== undefined) return here
  }
  return undefined
}

export function chooseLanguage(chosen: Language): void {
  spoken.value = chosen
  document.documentElement.lang = chosen === 'en' ? 'en' : 'zh-Hans'
  rememberLanguage(chosen)
}

export function tell(text: Bilingual | string | null | undefined): string {
  return typeof text === 'string' ? text : say(text, language.value)
}

/** A sentence of ours in both languages: the queue may be read later in the other one, or by the office. */
export function bothWays(key: string, values: (inLanguage: Language) => Record<string, string>): Bilingual {
  const write = (inLanguage: Language) => t(key, values(inLanguage), inLanguage)
  return { zh: write('zh-hans'), en: write('en') }
}
