// How this phone shows things to this person: large text, contrast. Remembered on the phone.
import { ref, watchEffect } from 'vue'

function recalled(key: string): boolean {
  try {
    return localStorage.getItem(key) === '1'
  } catch {
    return false
  }
}

function switchOn(key: string, cssClass: string) {
  const on = ref(recalled(key))
  watchEffect(() => {
    document.documentElement.classList.toggle(cssClass, on.value)
    try {
      localStorage.setItem(key, on.value ? '1' : '0')
    } catch {
      // Forgotten on reload; nothing else is lost.
    }
  })
  return on
}

export const elder = switchOn('lianfang.elder', 'elder')
export const contrast = switchOn('lianfang.contrast', 'contrast')
