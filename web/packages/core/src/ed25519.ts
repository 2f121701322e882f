// Ed25519 where the browser has none of its own, or the address is not a secure one. Loaded only then.

import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

ed.hashes.sha512 = sha512

/** Whether the key signed the message; the strict reading of RFC 8032, as on the server. */
export function verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return ed.verify(signature, message, key, { zip215: false })
  } catch {
    return false
  }
}
