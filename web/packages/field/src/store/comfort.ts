// How this phone shows and says things to this person: size, colours, sound. Remembered on the phone.
import { ref, watchEffect } from 'vue'

export const SIZES = [13.5, 18, 22, 26, 30] as const // points of the main text
export const LOOKS = ['light', 'dark', 'contrast'] as const
const MAIN_TEXT_REM = 1.125
const POINT_PX = 4 / 3

type Look = (typeof LOOKS)[number]

function recalled(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Forgotten on reload; nothing else is lost.
  }
}

function firstLook(): Look {
  const known = LOOKS.find((one) => one === recalled('lianfang.look'))
  return known ?? (window.matchMedia?.('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
}

export const points = ref<number>(SIZES.find((one) => one === Number(recalled('lianfang.points'))) ?? SIZES[0])
export const look = ref<Look>(firstLook())
export const sound = ref(recalled('lianfang.sound') !== '0')

watchEffect(() => {
  const root = document.documentElement
  root.style.fontSize = `${((points.value * POINT_PX) / MAIN_TEXT_REM).toFixed(2)}px`
  for (const one of LOOKS) root.classList.toggle(one, look.value === one)
  remember('lianfang.points', String(points.value))
  remember('lianfang.look', look.value)
  remember('lianfang.sound', sound.value ? '1' : '0')
})
