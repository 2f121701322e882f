// Maps without tiles: a county's network reaches no server of them.
import leaflet from 'leaflet'
import 'leaflet/dist/leaflet.css'

/** A map in an element, standing somewhere in the county until what is drawn says where. */
export function openMap(frame: HTMLElement, options: leaflet.MapOptions = {}): leaflet.Map {
  return leaflet.map(frame, { attributionControl: false, zoomSnap: 0.25, ...options }).setView([35.5, 111.6], 10)
}

/** Names come from the register and from people: they reach the map as text, never as markup. */
export function asText(words: string): HTMLElement {
  const label = document.createElement('span')
  label.textContent = words
  return label
}
