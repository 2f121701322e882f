// Reads QR codes from pictures of the camera: by the browser where it can, else by a library that is loaded then.
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}

type Reader = (video: HTMLVideoElement) => Promise<string[]>

export async function codeReader(): Promise<Reader> {
  return (await ofBrowser()) ?? (await ofLibrary())
}

/** Have the reader at hand before the network is gone, where the browser has none of its own: fetched once, and kept. */
export async function keepReading(): Promise<void> {
  if ('BarcodeDetector' in globalThis) return
  await import('zxing-wasm/reader')
  if (!(await caches.match(wasm))) await fetch(wasm)
}

async function ofBrowser(): Promise<Reader | null> {
  const Made = (globalThis as { BarcodeDetector?: new (kinds: object) => Detector } & object).BarcodeDetector
  if (!Made) return null
  try {
    const detector = new Made({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video)).map((one) => one.rawValue)
  } catch {
    // because some phones name the interface and then have no reader behind it
    return null
  }
}

async function ofLibrary(): Promise<Reader> {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader')
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
  const canvas = document.createElement('canvas')
  const picture = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    if (!picture || canvas.width === 0) return []
    picture.drawImage(video, 0, 0)
    const image = picture.getImageData(0, 0, canvas.width, canvas.height)
    const found = await readBarcodes(image, { formats: ['QRCode'], maxNumberOfSymbols: 1, tryInvert: false })
    return found.filter((one) => one.isValid).map((one) => one.text)
  }
}
