"""Pictures and shapes of a stranger's sheet: what of a drawing may stay. Links, macros and what is no drawing go."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from lianfang.kernel.text import Bilingual, both

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = f"{{{_OFFICE}}}"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
_ANCHORS = {"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"}
_SHOWN = {"pic", "sp", "cxnSp", "grpSp"}
_AROUND = {"from", "to", "ext", "pos", "clientData"}
_LINKS = {"hlinkClick", "hlinkHover", "hlinkMouseOver"}
_ACTING = {"macro", "textlink"}
_LINK = both("图片、图形上的链接或宏", "links or macros on pictures and shapes")
_PICTURE = both("格式不常见、太大或在文件之外的图片", "pictures of a rare kind, too large or outside the file")
_OTHER = both("图表、示意图或控件", "charts, diagrams or controls")
for _prefix, _space in (("xdr", f"{_DRAWING}spreadsheetDrawing"), ("a", f"{_DRAWING}main"), ("r", _OFFICE)):
    ElementTree.register_namespace(_prefix, _space)


@dataclass(frozen=True)
class Drawing:
    """What is kept of a drawing, the relations of its pictures, and in words what is not."""

    body: bytes
    pictures: frozenset[str]
    removed: tuple[Bilingual, ...]


def kept_drawing(body: bytes, pictures: Collection[str]) -> Drawing:
    """Return what may stay of a drawing. `pictures` are the relations that lead to a picture that is kept."""
    tree = ElementTree.fromstring(body)  # noqa: S314  (parts with a document type were refused)
    removed = [label for anchor in list(tree) for label in _clean(tree, anchor, pictures)]
    tree.attrib.clear()
    used = {value for one in tree.iter() for key, value in one.attrib.items() if key.startswith(_RELATIONS)}
    said = tuple(dict.fromkeys(removed))
    return Drawing(ElementTree.tostring(tree, encoding="utf-8") if len(tree) else b"", frozenset(used), said)


def _clean(tree: ElementTree.Element, anchor: ElementTree.Element, pictures: Collection[str]) -> list[Bilingual]:
    """Take out of an anchor what leads outside or acts, or the whole of it; return what was lost."""
    held = {_local(one) for one in anchor}
    if _local(anchor) not in _ANCHORS or held - _SHOWN - _AROUND or not held & _SHOWN:
        tree.remove(anchor)
        return [_OTHER]
    lost = list(_taken(anchor))
    for one in anchor.iter():
        lost += [_LINK for key in _ACTING if one.attrib.pop(key, "")]
        is_picture = _local(one) == "blip"
        if is_picture and one.attrib.pop(f"{_RELATIONS}link", ""):
            lost.append(_LINK)
        asked = [value for key, value in one.attrib.items() if key.startswith(_RELATIONS)]
        if (is_picture and not asked) or any(value not in pictures for value in asked):
            tree.remove(anchor)
            return [*lost, _PICTURE]
        one.attrib = {key: value for key, value in one.attrib.items() if key[0] != "{" or key.startswith(_RELATIONS)}
    return lost


def _taken(parent: ElementTree.Element) -> Iterator[Bilingual]:
    """Take out of an element what may not stay; yield the label of what somebody would miss."""
    for one in list(parent):
        name = _local(one)
        if name in _LINKS or not one.tag.startswith(f"{{{_DRAWING}"):
            parent.remove(one)
            yield _LINK if name in _LINKS else _OTHER
        elif name == "extLst":  # what programs add for themselves: the picture is whole without it
            parent.remove(one)
        else:
            yield from _taken(one)


def _local(one: ElementTree.Element) -> str:
    return one.tag.rpartition("}")[2]
