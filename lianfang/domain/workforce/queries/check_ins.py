"""The codes by which people report at a community: the text for who has an account, the page for who has none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lianfang.domain.areas.queries import full_name
from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.check_ins import CheckInCode
from lianfang.domain.workforce.rules.offers import CHECK_IN_MARK, PARTS, area_of_code
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.devices.cards import Unreadable, issue_sign, read_sign
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.text import Bilingual, both

KIND, PAGE = "check-in", "/checkin/"
WAITING_DAYS, KEPT_DAYS = "retention.unanswered_days", "retention.duty_days"
# what somebody without login may do on a community's page
REPORTER = Role("reporter", both("报到的人", "Somebody who reports"), ("workforce.report_by_page",))


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """A community's check-in page as anybody may see it: which community, and how long what is sent is kept."""

    code_id: UUID
    area_path: str
    place: str
    waiting_days: int
    kept_days: int


def check_in_code(area_path: str) -> str:
    """Return the text of a community's code for who has an account."""
    return f"{CHECK_IN_MARK}{area_path}"


def live_code(area_path: str, at: datetime) -> CheckInCode | None:
    """Return the code of a community's page that is neither expired nor revoked."""
    found = CheckInCode.objects.filter(area_path=area_path, revoked_at__isnull=True, expires_at__gt=at)
    return found.order_by("-issued_at", "-pk").first()


def page_of(code: CheckInCode) -> str:
    """Return the signed address of a community's page, without the server's name. It names the code and nobody."""
    return f"{PAGE}{issue_sign(KIND, code.pk.hex, '')}"


def code_by_token(token: str, at: datetime) -> CheckInCode | None:
    """Return the code that was signed here, while it is live; None for whatever else was typed or altered."""
    try:
        code_id = UUID(read_sign(KIND, token)[0])
    except (Unreadable, ValueError):
        return None
    return CheckInCode.objects.filter(pk=code_id, revoked_at__isnull=True, expires_at__gt=at).first()


def community_of(text: str, at: datetime) -> str:
    """Return the area of whatever a community's code says, old text or address of its page; "" for anything else."""
    _, page, token = text.strip().partition(PAGE)
    code = code_by_token(token.partition("?")[0], at) if page else None
    return code.area_path if code else area_of_code(text)


def check_in_page(token: str, at: datetime) -> CheckInPage | None:
    """Return the page behind a community's code; None when it was altered, has expired or was revoked."""
    code = code_by_token(token, at)
    if code is None:
        return None
    waiting, kept = (int(rule(key, code.area_path, local(at).date()).value) for key in (WAITING_DAYS, KEPT_DAYS))
    return CheckInPage(code.pk, code.area_path, full_name(code.area_path, COUNTY_DIGITS), waiting, kept)


def choices_of_check_in() -> tuple[dict[str, Bilingual], dict[str, Bilingual]]:
    """Return what the page offers to choose: what somebody can do, and when."""
    return SKILLS, PARTS


def reporter(page: CheckInPage) -> Actor:
    """Return the actor of the public door for one community: it may report there, and no more."""
    return Actor(
        account_id=None, name="报到", grants=(Held(REPORTER, page.area_path, "报到"),), door="public",
        home_area=page.area_path,
    )  # fmt: skip
