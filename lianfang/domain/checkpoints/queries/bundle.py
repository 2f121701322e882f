"""What a phone at a gate takes along: its gates with the numbers they judge by, measures, memory, and who is local."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.checkpoints.queries.judging import lines_of, measures_at
from lianfang.domain.checkpoints.queries.locals import locals_of
from lianfang.domain.checkpoints.queries.memory import memory_keys, remembered
from lianfang.domain.checkpoints.queries.permits import permit_bundle
from lianfang.domain.checkpoints.rules.deciding import MUST_PASS
from lianfang.kernel.areas import COUNTY_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import local


def gates_bundle(posts: Iterable[Any], at: datetime) -> dict[str, Any]:
    """Return what the phones of these gates need without a network; nothing where there is no gate."""
    mine = sorted(posts, key=lambda post: post.number)
    if not mine:
        return {}
    on, county = local(at).date(), mine[0].area_path[:COUNTY_DIGITS]
    lines = {post.area_path: lines_of(post.area_path, on) for post in mine}
    measures = {one.pk: one for path in lines for one in measures_at(path, on)}
    hours = max(one.memory_hours for one in lines.values())
    villages = sorted({post.area_path[:VILLAGE_DIGITS] for post in mine if len(post.area_path) >= VILLAGE_DIGITS})
    return {
        "posts": [_post(post, lines[post.area_path]) for post in mine],
        "must_pass": [{"code": code, "label": label.as_dict()} for code, label in MUST_PASS.items()],
        "measures": [_measure(one) for one in sorted(measures.values(), key=lambda one: str(one.pk))],
        "memory_hours": hours,
        "memory_keys": memory_keys(county, at, hours),
        "memory": remembered(county, at, hours),
        "locals": locals_of(villages, at),
        "permits": _permits(county, at),
        "villages": [{"path": one.path, "name": one.name} for one in areas_of_level("village", county)],
    }


def _permits(county: str, at: datetime) -> dict[str, Any]:
    """Return what permits are judged by, without its moment: the phone knows when it took the list in."""
    packed = permit_bundle(county, at=at)
    packed["revoked"].pop("at")
    return packed


def _post(post: Any, lines: Any) -> dict[str, Any]:
    return {
        "id": str(post.pk), "number": post.number, "name": post.name, "kind": post.kind, "area": post.area_path,
        "rule": {
            "fever_threshold_c": lines.fever_c, "symptoms_to_refer": list(lines.symptoms),
            "lowest_c": lines.lowest_c, "highest_c": lines.highest_c, "rest_minutes": lines.rest_minutes,
            "accept_within_hours": lines.hand_over_hours, "refer_within_hours": lines.refer_hours,
            "source": lines.source, "edition": lines.edition,
        },
        "appeal": {"office": lines.office, "hotline": lines.hotline},
    }  # fmt: skip


def _measure(one: Any) -> dict[str, Any]:
    return {
        "id": str(one.pk), "kind": one.kind, "area": one.area_path, "scope": one.scope, "authority": one.authority,
        "legal_basis": one.legal_basis, "exemptions": one.exemptions, "notice_text": one.notice_text,
        "starts_on": one.starts_on.isoformat(), "ends_on": one.ends_on.isoformat(),
    }  # fmt: skip
