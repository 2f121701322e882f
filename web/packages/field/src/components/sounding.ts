// What is done is also heard and felt: gloves, glare and old eyes miss a word on a screen.
import { sound } from '../store/comfort'

const TUNES = { done: [660, 880], alarm: [880, 440, 880, 440] } as const
const NOTE_SECONDS = 0.12

let context: AudioContext | null = null

/** Sound and shake as the result asks: two rising notes for done, a siren for what needs a person at once. */
export function sounds(tune: keyof typeof TUNES): void {
  if (!sound.value) return
  navigator.vibrate?.(tune === 'done' ? 60 : [200, 100, 200])
  try {
    context ??= new AudioContext()
    const { currentTime } = context
    TUNES[tune].forEach((pitch, place) => {
      note(context as AudioContext, pitch, currentTime + place * NOTE_SECONDS)
    })
  } catch {
    // A phone without sound still shows it.
  }
}

function note(on: AudioContext, pitch: number, at: number): void {
  const [voice, volume] = [on.createOscillator(), on.createGain()]
  voice.frequency.value = pitch
  volume.gain.setValueAtTime(0.15, at)
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS)
  voice.connect(volume).connect(on.destination)
  voice.start(at)
  voice.stop(at + NOTE_SECONDS)
}
