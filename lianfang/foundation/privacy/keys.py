"""The key ring: a file outside the database. Without it identity data is noise, and so it is backed up apart."""

from __future__ import annotations

import base64
import binascii
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

from lianfang.kernel.errors import refusal

UNREADABLE = refusal(
    "keys.unreadable",
    "数据密钥缺失或不匹配，无法读取加密内容。请恢复密钥文件后重试。",
    "The key for encrypted data is missing or does not match. Restore the key file and try again.",
    status=500,
)

# bytes; what AES-GCM is made for
_NONCE = 12

_lock = threading.Lock()

# asked before the first keys are made; refuses where a database already holds what other keys sealed
BEFORE_MAKING: list[Callable[[], None]] = []


@dataclass(frozen=True)
class KeyRing:
    """Keys by name; `current` encrypts, the others still decrypt what was written before a rotation."""

    current: str
    encryption: dict[str, AESGCM]
    blind: bytes
    audit: bytes

    def encrypt(self, text: str, context: str, name: str = "") -> str:
        """Return "key:base64" bound to its context, so that a value cannot be moved to another column."""
        return self.encrypt_many((text,), context, name)[0]

    def encrypt_many(self, texts: Sequence[str], context: str, name: str = "") -> list[str]:
        """Return texts of one context as `encrypt` does, each with a nonce of its own."""
        name, bound, code = name or self.current, context.encode(), binascii.b2a_base64
        seal, head = self.encryption[name].encrypt, f"{name}:"
        # because asking the system for each nonce costs a quarter of all the work
        random = os.urandom(_NONCE * len(texts))
        nonces = (random[place : place + _NONCE] for place in range(0, len(random), _NONCE))
        return [
            head + code(nonce + seal(nonce, text.encode(), bound), newline=False).decode()
            for nonce, text in zip(nonces, texts, strict=True)
        ]

    def decrypt(self, sealed: str, context: str) -> str:
        """Return the text. Raises `keys.unreadable` for an unknown key or a changed value."""
        name, _, body = sealed.partition(":")
        if name not in self.encryption and name in ring(look=True).encryption:  # another process has just rotated
            return ring().decrypt(sealed, context)
        try:
            raw = base64.b64decode(body)
            key = self.encryption.get(name) or ring(look=True).encryption[name]
            return key.decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
        except Exception as trouble:  # whatever went wrong, no part of the value may reach a message
            raise UNREADABLE() from trouble

    def blind_index(self, text: str, context: str) -> str:
        """Return the keyed fingerprint that finds equal values without showing them; 32 hex digits, "" for ""."""
        return self.blinding(context)(text)

    def blinding(self, context: str) -> Callable[[str], str]:
        """Return what makes fingerprints of one context, as `blind_index` does, for whoever makes many of them."""
        begun = HMAC(self.blind, SHA256())
        begun.update(f"{context}\0".encode())

        def fingerprint(text: str) -> str:
            if not text:
                return ""
            one = begun.copy()  # because beginning with the key costs more than all the rest
            one.update(text.encode())
            return one.finalize().hex()[:32]

        return fingerprint


def _new_secret() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _write(path: Path, body: dict[str, object]) -> None:
    """Write the file for its owner alone, whole or not at all."""
    _fresh(path, body).replace(path)


def _fresh(path: Path, body: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner alone
    with os.fdopen(number, "w") as file:
        json.dump(body, file)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def make_keys(path: Path) -> None:
    """Make the first keys, whatever a database holds; two processes that start at once go on with the same ones."""
    body: dict[str, object] = {
        "current": "k1", "keys": {"k1": _new_secret()}, "blind": _new_secret(), "audit": _new_secret()
    }  # fmt: skip
    fresh = _fresh(path, body)
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


def _read(path: Path) -> dict[str, object]:
    with _lock:
        if not path.exists():
            for ask in BEFORE_MAKING:
                ask()
            make_keys(path)
        return dict(json.loads(path.read_text()))


_loaded: tuple[str, float, KeyRing] | None = None
_look_at = 0.0
LOOK_EVERY = 1.0


def ring(*, look: bool = False) -> KeyRing:
    """Return the key ring, made on first use, read again within a second after the file changed.

    Raises `keys.lost` when the file is gone and the database holds what it sealed.
    A bulk write asks for it a hundred thousand times: looking at the file each time would cost more than the cipher.
    """
    global _loaded, _look_at
    file = str(settings.LIANFANG_KEYS_FILE)
    if _loaded is not None and not look and _loaded[0] == file and time.monotonic() < _look_at:
        return _loaded[2]
    path = Path(file)
    stamp = path.stat().st_mtime if path.exists() else 0.0
    _look_at = time.monotonic() + LOOK_EVERY
    if _loaded is None or _loaded[:2] != (file, stamp):
        body = _read(path)
        keys = body["keys"]
        assert isinstance(keys, dict)
        ready = KeyRing(
            current=str(body["current"]),
            encryption={name: AESGCM(base64.b64decode(secret)) for name, secret in keys.items()},
            blind=base64.b64decode(str(body["blind"])),
            audit=base64.b64decode(str(body["audit"])),
        )
        _loaded = (file, path.stat().st_mtime, ready)
    return _loaded[2]


def add_key() -> str:
    """Add a new encryption key, make it current and return its name; old keys stay for reading."""
    path = Path(settings.LIANFANG_KEYS_FILE)
    body = _read(path)
    keys = body["keys"]
    assert isinstance(keys, dict)
    name = f"k{len(keys) + 1}"
    _write(path, {**body, "current": name, "keys": {**keys, name: _new_secret()}})
    ring(look=True)
    return name
