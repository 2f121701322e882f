"""What is shown of personal data to those who may not see it whole. Refuses to show anything it does not understand."""

from __future__ import annotations

import re

# Up to and including the building; the flat, floor and door that follow identify a household.
_BUILDING = re.compile(r"^(.*?(?:栋|幢|号楼|座|号院|大厦))(.+)$")
_DOOR = re.compile(r"[0-9A-Za-z〇零一二三四五六七八九十百甲乙丙丁-]+(?:门牌)?(?:号|室|户|单元|层|楼).*$")
_DAY = re.compile(r"(?:19|20)\d\d\s*[-./年]")
_PHONE_DIGITS = 11
_AREA = re.compile(r"^(.*(?:村委会|居委会|社区|小区|村|组|队|街|路|巷|胡同|镇|乡|县|市|区|街道|办事处))(.*)$")


def mask_name(name: str) -> str:
    """Show the first and last character: 王小明 → 王*明, 王明 → 王*; one character becomes *."""
    if len(name) < 2:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_phone(number: str) -> str:
    """Show first three and last four digits of a mobile, the area code and last two of a landline."""
    if re.fullmatch(r"1\d{10}", number):
        return f"{number[:3]}****{number[-4:]}"
    landline = re.fullmatch(r"(0\d{2,3})-?(\d{7,8})(?:-\d+)?", number)
    if landline:
        return f"{landline.group(1)}-{'*' * (len(landline.group(2)) - 2)}{landline.group(2)[-2:]}"
    return "*" * len(number)


def mask_identity(number: str) -> str:
    """Show the last four of an identity or other document number; a number of eight or fewer not at all."""
    return f"{'*' * (len(number) - 4)}{number[-4:]}" if len(number) > 8 else "*" * len(number)


def mask_digits(text: str) -> str:
    """Show the first three and last four digits of a text with eleven or more, days apart: its form, not its owner."""
    if _DAY.match(text):
        return text
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    if len(digits) < _PHONE_DIGITS:
        return text
    hidden = set(digits[3:-4])
    return "".join("*" if place in hidden else letter for place, letter in enumerate(text))


def mask_address(address: str) -> str:
    """Show an address as far as the building, else the village or street: 幸福小区3栋2单元501 → 幸福小区3栋***."""
    building = _BUILDING.match(address)
    if building:
        return f"{building.group(1)}***"
    area = _AREA.match(_DOOR.sub("", address))
    shown = area.group(1) if area else address[: len(address) // 2]
    return shown if shown == address else f"{shown}***"
