"""The parts of a stranger's .xlsx that may be kept: sheets, styles, theme, texts and pictures. All else is left out.

Looks before it unpacks, refuses macros, passwords and bombs as intake does, and parts with a document type. Links to
other files, buttons, queries, comments and embedded objects are not copied: what is not listed here does not pass.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from lianfang.doors.files.guarding import DAMAGED, PASSWORD, UNSUPPORTED, check_size, kind_of, look_into
from lianfang.doors.files.sheets.drawings import Drawing, kept_drawing
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

TOO_LARGE = refusal(
    "sheets.too_large",
    "这个工作簿作为表样太大（展开后超过 {limit} MB）。请删除多余的空白行和其他工作表后再试。",
    "The workbook is too large for a form (more than {limit} MB unpacked). Delete blank rows and sheets not needed.",
    status=413,
)
TOO_MANY_SHEETS = refusal(
    "sheets.too_many_sheets", "工作表超过 {limit} 张。", "The workbook has more than {limit} sheets."
)
NOT_XLSX = refusal(
    "sheets.not_xlsx",
    "表样须为 .xlsx 或 .docx。旧的 .xls、.doc 请另存为新格式。",
    "A form must be .xlsx or .docx; save an old .xls or .doc in the newer format.",
)

MOST_PART = 20 * 2**20
MOST_SHEETS = 40
MOST_PICTURE = 4 * 2**20
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
# a document type, or an encoding in which one would not be seen
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|\A(?:\xff\xfe|\xfe\xff|<\x00|\x00<)", re.IGNORECASE)
_REMOVED = (
    ("xl/externallinks/", both("指向其他文件的链接", "links to other files")),
    ("xl/comments", both("批注", "comments")),
    ("xl/activex/", both("控件", "controls")),
    ("xl/ctrlprops/", both("控件", "controls")),
    ("xl/embeddings/", both("嵌入对象", "embedded objects")),
    ("xl/charts/", both("图表", "charts")),
    ("xl/pivot", both("数据透视表", "pivot tables")),
    ("xl/tables/", both("“表格”样式", "table styling")),
    ("xl/connections.xml", both("外部数据连接", "connections to data")),
    ("xl/querytables/", both("外部数据连接", "connections to data")),
)


@dataclass(frozen=True)
class SheetPart:
    """One sheet of the package: its name, its place among all, its XML, whether it shows, its pictures."""

    name: str
    place: int
    xml: bytes
    state: str = ""
    drawing: bytes = b""
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    removed: tuple[Bilingual, ...] = ()


@dataclass(frozen=True)
class Package:
    """What is kept of a workbook, as bytes, and in words what was left out."""

    sheets: tuple[SheetPart, ...]
    workbook: ElementTree.Element
    styles: bytes = b""
    theme: bytes = b""
    texts: bytes = b""
    removed: tuple[Bilingual, ...] = ()

    @property
    def since_1904(self) -> bool:
        """Say whether its days are counted from 1904, as those of an old Macintosh are."""
        return any(local(one.tag) == "workbookPr" and one.get("date1904") in ("1", "true") for one in self.workbook)


def local(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def attribute(element: ElementTree.Element, name: str) -> str:
    """Return an attribute whatever its namespace."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def open_package(body: bytes) -> Package:
    """Open an .xlsx as a form.

    Raises `sheets.not_xlsx`, `sheets.too_large`, `sheets.too_many_sheets` and the `intake.*` refusals of bad files.
    """
    check_size(len(body))
    if kind_of(body) != "xlsx":
        raise NOT_XLSX(field="file")
    look_into(body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, ValueError):
        raise DAMAGED(field="file") from None
    except (ElementTree.ParseError, RecursionError):
        raise DAMAGED(field="file") from None
    except RuntimeError:  # zipfile's word for an encrypted entry
        raise PASSWORD(field="file") from None


def _read(archive: zipfile.ZipFile) -> Package:
    check_parts(archive)
    workbook = parse(read_part(archive, "xl/workbook.xml"))
    links = links_of(archive, "xl/workbook.xml")
    sheets = tuple(_sheets(archive, workbook, links))
    if not sheets:
        raise UNSUPPORTED(field="file")
    kinds = dict(links.values())
    return Package(
        sheets,
        workbook,
        read_part(archive, kinds.get("styles", "")),
        read_part(archive, kinds.get("theme", "")),
        read_part(archive, kinds.get("sharedStrings", "")),
        tuple(dict.fromkeys([*_removed(archive), *(label for one in sheets for label in one.removed)])),
    )


def check_parts(archive: zipfile.ZipFile) -> None:
    """Raise `sheets.too_large` where a part is larger than any form needs."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")) and entry.file_size > MOST_PART:
            raise TOO_LARGE(field="file", limit=MOST_PART // 2**20)


def read_part(archive: zipfile.ZipFile, path: str) -> bytes:
    """Return a part, or nothing where there is none. Raises `intake.damaged` for one with a document type."""
    if path not in archive.NameToInfo:
        return b""
    body = archive.read(path)
    if _DOCTYPE.search(body):
        raise DAMAGED(field="file")
    return body


def parse(body: bytes) -> ElementTree.Element:
    """Return the tree of a part that was checked to hold no document type."""
    return ElementTree.fromstring(body)  # noqa: S314  (without a document type there is no entity to expand)


def links_of(archive: zipfile.ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return kind and target of each relation within the package, by id; those that lead outside are not there."""
    folder, name = posixpath.split(path)
    body = read_part(archive, f"{folder}/_rels/{name}.rels")
    found = {}
    for one in parse(body) if body else ():
        if one.get("TargetMode") != "External":
            target = one.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], whole)
    return found


def _sheets(
    archive: zipfile.ZipFile, workbook: ElementTree.Element, links: dict[str, tuple[str, str]]
) -> Iterator[SheetPart]:
    listed = [one for one in workbook.iter() if local(one.tag) == "sheet"]
    if len(listed) > MOST_SHEETS:
        raise TOO_MANY_SHEETS(field="file", limit=MOST_SHEETS)
    for place, one in enumerate(listed):
        kind, path = links.get(attribute(one, "id"), ("", ""))
        xml = read_part(archive, path) if kind == "worksheet" else b""
        if xml:
            drawn, pictures = _drawing(archive, path)
            name, state = one.get("name", "")[:31], one.get("state", "")
            yield SheetPart(name, place, xml, state, drawn.body, pictures, drawn.removed)


def _drawing(archive: zipfile.ZipFile, sheet: str) -> tuple[Drawing, dict[str, tuple[str, bytes]]]:
    """Return what is kept of a sheet's drawing, with its pictures by relation."""
    paths = [path for kind, path in links_of(archive, sheet).values() if kind == "drawing"]
    body = read_part(archive, paths[0]) if paths else b""
    if not body:
        return Drawing(b"", frozenset(), ()), {}
    pictures = {key: path for key, (kind, path) in links_of(archive, paths[0]).items()
                if kind == "image" and is_picture(archive, path)}  # fmt: skip
    drawn = kept_drawing(body, pictures)
    return drawn, {key: (_ending(pictures[key]), archive.read(pictures[key])) for key in sorted(drawn.pictures)}


def is_picture(archive: zipfile.ZipFile, path: str) -> bool:
    """Say whether a part is a picture of a kind and size that a form keeps."""
    known = _ending(path) in PICTURES and path in archive.NameToInfo
    return known and archive.getinfo(path).file_size <= MOST_PICTURE


def _ending(path: str) -> str:
    return path.rpartition(".")[2].lower()


def _removed(archive: zipfile.ZipFile) -> tuple[Bilingual, ...]:
    names = [name.lower() for name in archive.namelist()]
    found = [label for start, label in _REMOVED if any(name.startswith(start) for name in names)]
    return tuple(dict.fromkeys(found))
