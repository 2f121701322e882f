"""Text boxes of a letter: what of one may stay, and both copies of it alike.

A word processor writes a box twice, as a shape and as an old drawing for programs that know no shapes. Only what is
listed here is kept of either: no address, no script, no picture by address, no object. The first copy is the one that
is read and filled; the second is made from it, so that no program ever shows a blank that another shows filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from xml.etree import ElementTree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SHAPE = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_GROUP = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
_OLD = "urn:schemas-microsoft-com:vml"
_OLD_WORD = "urn:schemas-microsoft-com:office:word"
# which of the ready-made shapes an old drawing is: a number
_READY_MADE = "{urn:schemas-microsoft-com:office:office}spt"
# because `Requires` says by its prefix what a program must know, these two are written under the prefixes it says
for _prefix, _space in (("wps", _SHAPE), ("wpg", _GROUP), ("mc", _COMPATIBILITY), ("v", _OLD), ("w10", _OLD_WORD)):
    ElementTree.register_namespace(_prefix, _space)

BOX = f"{{{W}}}txbxContent"
ALTERNATE, CHOICE, FALLBACK = (f"{{{_COMPATIBILITY}}}{name}" for name in ("AlternateContent", "Choice", "Fallback"))
_PICT = f"{{{W}}}pict"
_OLD_SHAPES = {"shape", "rect", "roundrect", "oval", "line", "polyline", "group"}
_KEPT = {
    _SHAPE: {"wsp", "cNvPr", "cNvSpPr", "cNvCnPr", "spPr", "style", "txbx", "linkedTxbx", "bodyPr"},
    _GROUP: {"wgp", "grpSp", "cNvPr", "cNvGrpSpPr", "grpSpPr"},
    _OLD: _OLD_SHAPES | {"shapetype", "textbox", "stroke", "fill", "path", "formulas", "f", "handles", "h", "shadow"},
    _OLD_WORD: {"wrap", "anchorlock"},
}
_OLD_ATTRIBUTES = {
    "id", "type", "style", "coordsize", "coordorigin", "path", "adj", "filled", "fillcolor", "stroked", "strokecolor",
    "strokeweight", "inset", "from", "to", "points", "arcsize", "opacity", "color", "color2", "on", "joinstyle", "eqn",
    "gradientshapeok", "textboxrect", "dashstyle", "startarrow", "endarrow", "weight", "position", "side", "anchorx",
    "anchory", "offset", "arrowok", "fillok", "strokeok",
}  # fmt: skip
_PLAIN_VALUE = re.compile(r"[^()<>\\/]*")


def walk(element: ElementTree.Element, tag: str, *barred: str) -> Iterator[ElementTree.Element]:
    """Yield the elements of a name below another, without looking into those that are barred."""
    for one in element:
        if one.tag in barred:
            continue
        if one.tag == tag:
            yield one
        yield from walk(one, tag, *barred)


def boxes_in(paragraph: ElementTree.Element) -> list[ElementTree.Element]:
    """Return what the boxes anchored in a paragraph hold, each once."""
    return list(walk(paragraph, BOX, FALLBACK))


def has_shape(drawing: ElementTree.Element) -> bool:
    """Say whether a drawing holds a shape: a box, or a line as it stands under a red heading."""
    return any(one.tag == f"{{{_SHAPE}}}wsp" for one in drawing.iter())


def shows_picture(drawing: ElementTree.Element) -> bool:
    """Say whether a drawing was to show a picture, and no chart or diagram."""
    return any(one.get("uri", "").endswith("/picture") for one in drawing.iter())


def is_of_box(one: ElementTree.Element) -> bool:
    """Say whether an element is judged here."""
    return one.tag in (_PICT, BOX) or one.tag[1:].partition("}")[0] in (_COMPATIBILITY, *_KEPT)


def kept_of_box(one: ElementTree.Element) -> tuple[list[ElementTree.Element], bool]:
    """Return what stands in place of an element whose children were judged, and whether something was lost by it."""
    if one.tag == ALTERNATE:
        return _kept_copies(one)
    if one.tag == CHOICE:
        grouped = one.find(f".//{{{_GROUP}}}wgp") is not None
        one.attrib = {"Requires": "wpg" if grouped else "wps"}
        return [one] if has_shape(one) else [], False
    if one.tag == FALLBACK:
        return [one] if len(one) else [], False
    if one.tag == _PICT:
        whole = any(child.tag == f"{{{_OLD}}}{name}" for child in one for name in _OLD_SHAPES)
        return [one] if whole else [], not whole
    if one.tag == BOX:
        return [one], _without_boxes(one)
    return _kept_part(one)


def _kept_copies(one: ElementTree.Element) -> tuple[list[ElementTree.Element], bool]:
    """Return both copies where the second can be made from the first; else the one that there is."""
    choice, fallback = one.find(CHOICE), one.find(FALLBACK)
    if choice is None:
        return list(fallback) if fallback is not None else [], fallback is None
    alike = fallback is not None and len(boxes_in(choice)) == len(list(walk(fallback, BOX)))
    one[:] = [copy for copy in (choice, fallback if alike else None) if copy is not None]
    return [one], False


def _kept_part(one: ElementTree.Element) -> tuple[list[ElementTree.Element], bool]:
    space, _, name = one.tag[1:].partition("}")
    if name not in _KEPT.get(space, ()):
        return [], name in ("imagedata", "textpath")
    if space in (_OLD, _OLD_WORD):
        for key, value in list(one.attrib.items()):
            if key not in (_READY_MADE, *_OLD_ATTRIBUTES) or not _PLAIN_VALUE.fullmatch(value):
                del one.attrib[key]
        # because an old shape that holds no words held a picture, or is drawn by what is not kept
        if name in ("shape", "textbox") and next(walk(one, BOX), None) is None:
            return [], False
        return [one], False
    one.attrib = {key: value for key, value in one.attrib.items() if not key.startswith("{")}
    return [one], False


def _without_boxes(box: ElementTree.Element) -> bool:
    """Take boxes out of a box, which no word processor writes; say whether there were any."""
    found = [(parent, one) for parent in box.iter() for one in parent if _is_boxed(one)]
    for parent, one in found:
        parent.remove(one)
    return bool(found)


def _is_boxed(one: ElementTree.Element) -> bool:
    return one.tag in (ALTERNATE, _PICT) or (one.tag == f"{{{W}}}drawing" and has_shape(one))


def make_alike(tree: ElementTree.Element) -> None:
    """Make the second copy of every box from the first."""
    for one in list(tree.iter(ALTERNATE)):
        choice, fallback = one.find(CHOICE), one.find(FALLBACK)
        if choice is None or fallback is None:
            continue
        for first, second in zip(boxes_in(choice), list(walk(fallback, BOX)), strict=True):
            second[:] = deepcopy(list(first))
