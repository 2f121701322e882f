"""Sentences in two languages, and cleaning of text that people and spreadsheets send."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    def in_language(self, language: str) -> str:
        """Return English for languages starting with "en", Chinese for every other."""
        return self.en if language.startswith("en") else self.zh


def both(zh: str, en: str) -> Bilingual:
    """Return the bilingual sentence; short because it stands in every declaration."""
    return Bilingual(zh, en)


_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\u3000\u00a0]+")
# Common characters and digits, one space between words: nothing to clean, and so are most cells of any list.
_PLAIN = re.compile(r"(?:[!-~\u4e00-\u9fff]+(?: [!-~\u4e00-\u9fff]+)*)?")


def has_control_characters(text: str) -> bool:
    """Say whether the text carries characters nobody can see: controls, zero-width, direction marks."""
    return bool(_INVISIBLE.search(text))


def clean(text: str) -> str:
    """Return the text without invisible characters, full-width letters and digits folded, white space collapsed."""
    if _PLAIN.fullmatch(text):
        return text
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPACES.sub(" ", visible).strip()
