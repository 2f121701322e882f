"""Opens what was locked, as a recipient who was told the password does."""

from __future__ import annotations

import io
import zipfile

import msoffcrypto
import pypdf


def unlocked(body: bytes, password: str) -> bytes:
    """Return a file as it was before it was locked; the files within a zip are unlocked each."""
    out = io.BytesIO()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                target.writestr(name, unlocked(source.read(name), password))
    elif body.startswith(b"%PDF"):
        reader = pypdf.PdfReader(io.BytesIO(body), password=password)
        pypdf.PdfWriter(clone_from=reader).write(out)
    else:
        book = msoffcrypto.OfficeFile(io.BytesIO(body))
        book.load_key(password=password, verify_password=True)
        book.decrypt(out)
    return out.getvalue()
