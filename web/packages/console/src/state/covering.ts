// Coverage as shares, and where to draw it. No map tiles, no boundaries: the user brings their own.
import type { CoveredArea } from '@lianfang/core'

/** Percentage reached, whole and never rounded up to a hundred that is not one. Null when there is nothing to reach. */
export function share(done: number, all: number): number | null {
  if (all === 0) return null
  return done >= all ? 100 : Math.min(99, Math.floor((done / all) * 100))
}

export type Tone = 'full' | 'most' | 'some' | 'none' | 'empty'

/** How a share is drawn: in words and shape as well as colour. */
export function toneOf(percent: number | null): Tone {
  if (percent === null) return 'empty'
  if (percent === 100) return 'full'
  if (percent >= 80) return 'most'
  return percent >= 40 ? 'some' : 'none'
}

export function placed(areas: CoveredArea[]): (CoveredArea & { longitude: number; latitude: number })[] {
  return areas.filter(
    (area): area is CoveredArea & { longitude: number; latitude: number } =>
      area.longitude !== null && area.latitude !== null,
  )
}

interface Feature {
  type: string
}

/** Whether a parsed file looks like outlines; refuses everything else before it reaches the map. */
export function isGeoJson(parsed: unknown): parsed is Feature {
  const type = (parsed as Feature | null)?.type
  return (
    type === 'FeatureCollection' ||
    type === 'Feature' ||
    type === 'GeometryCollection' ||
    type?.endsWith('Polygon') === true
  )
}
