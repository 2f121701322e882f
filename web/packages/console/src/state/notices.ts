// Short messages at the foot of the screen, some with an undo. Read out by screen readers.
import { plainSentence } from '@lianfang/core'
import { ref } from 'vue'
import { language } from '../i18n'

export interface Notice {
  key: number
  text: string
  tone: 'ok' | 'problem'
  action: { text: string; run: () => void } | null
  /** What opens the file that the action fetches; such a message stays until it is closed. */
  password?: string | undefined
}

export const notices = ref<Notice[]>([])
let lastKey = 0

export function tellDone(text: string, action: Notice['action'] = null, password?: string): void {
  add({ text, tone: 'ok', action, password }, password ? 0 : action ? 12000 : 4500)
}

export function tellProblem(problem: unknown): void {
  const text = typeof problem === 'string' ? problem : plainSentence(problem, language.value)
  add({ text, tone: 'problem', action: null }, 10000)
}

function add(notice: Omit<Notice, 'key'>, stays: number): void {
  lastKey += 1
  const key = lastKey
  notices.value.push({ ...notice, key })
  if (stays) setTimeout(() => dismiss(key), stays)
}

export function dismiss(key: number): void {
  notices.value = notices.value.filter((notice) => notice.key !== key)
}
