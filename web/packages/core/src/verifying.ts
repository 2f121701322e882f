// Who signed it: by the browser itself, or in JavaScript where the browser cannot.

/** By the browser itself; throws where it knows no Ed25519. */
export async function verifyNatively(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  const known = await crypto.subtle.importKey('raw', key as BufferSource, { name: 'Ed25519' }, false, ['verify'])
  return crypto.subtle.verify({ name: 'Ed25519' }, known, signature as BufferSource, message as BufferSource)
}

/** In JavaScript: on older browsers, and where a plain http address leaves a page without WebCrypto. */
export async function verifySlowly(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  const { verify } = await import('./ed25519')
  return verify(signature, message, key)
}

/** In whichever way this browser can. */
export async function verifySignature(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  try {
    return await verifyNatively(signature, message, key)
  } catch {
    return verifySlowly(signature, message, key)
  }
}

/** Have the slow way at hand before the network is gone, where the browser has no way of its own. */
export async function keepVerifying(): Promise<void> {
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
  } catch {
    await import('./ed25519')
  }
}
