"""A department's form, whichever program made it: opened by what it is, written back as what it was."""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.doors.files.sheets.documents import Document, is_document, open_document
from lianfang.doors.files.sheets.emptying import emptied
from lianfang.doors.files.sheets.emptying_documents import emptied_document
from lianfang.doors.files.sheets.filling_documents import write_document
from lianfang.doors.files.sheets.parts import Mark
from lianfang.doors.files.sheets.template import Template, open_template
from lianfang.doors.files.sheets.writing import Filling, write

Form = Template | Document
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def open_form(body: bytes) -> Form:
    """Read a form, without what its lists held. Raises what `open_document` and `open_template` raise."""
    return emptied_document(open_document(body)) if is_document(body) else emptied(open_template(body))


def write_form(form: Form, fillings: Mapping[str, Filling], mark: Mark | None = None, *, to_one: bool = False) -> bytes:
    """Return the filled form. `fillings` go by the names of its pages; a page without one stays as it is."""
    if isinstance(form, Document):
        # because a letter to one person carries no line of the house's unless it leaves as a named export
        return write_document(form, fillings, None if to_one and mark and not mark.is_named else mark)
    return write(form, fillings, mark)
