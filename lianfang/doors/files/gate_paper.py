"""What is printed for a gate before anybody comes: numbered blank logs (F02) and slips with stubs (F03).

Refused out of scope. Every sheet has a number of its post's series, by which it is typed in later.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.areas.queries import full_name
from lianfang.domain.checkpoints.queries.paper import Sheets, find_sheets
from lianfang.domain.checkpoints.rules.paper import FORMS, line_number, sheet_number
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.duty_sheets import pdf
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.printing.frame import Frame, Grid, new_serial
from lianfang.foundation.printing.paper import framed, paper
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import local, now
from lianfang.kernel.text import Bilingual, both

NUMBERING = "checkpoints.number_sheets"
MARK = both("{name} {at} 打印", "Printed by {name}, {at}")
DAY = both("日期：＿＿＿＿＿＿＿＿　登记人：＿＿＿＿＿＿＿＿", "Day: ________  By: ________")
LOG = (
    both("行", "Line"), both("时间", "At"), both("进/出", "In/out"), both("车牌号", "Plate"), both("姓名", "Name"),
    both("电话", "Phone"), both("人数", "People"), both("出发地", "From"), both("目的地", "To"), both("事由", "Reason"),
    both("体温", "°C"), both("症状", "Symptoms"), both("处置", "Decision"), both("登记人", "By"),
)  # fmt: skip
ROOM = (3, 5, 4, 9, 8, 11, 4, 9, 9, 6, 5, 6, 7, 7)
ON_SLIP = (
    both("姓名", "Name"), both("电话", "Phone"), both("出发地", "From"), both("时间", "At"),
    both("体温（签名）", "Temperature (signed)"), both("县内联系人", "Contact in the county"),
    both("目的地", "Goes to"), both("预计到达", "Expected"), both("目的单位（村）确认", "Confirmed there"),
    both("交回时间", "Given back"),
)  # fmt: skip
ON_STUB = (
    both("姓名", "Name"), both("电话", "Phone"), both("出发地", "From"), both("时间", "At"),
    both("体温", "Temperature"), both("目的地", "Goes to"), both("预计到达", "Expected"), both("登记人", "By"),
)  # fmt: skip
SLIP, STUB = both("通行（健康服务）卡", "Travel slip"), both("存根", "Stub")
DECISIONS = both(
    "处置：放行、登记、转诊、移交、劝返、必须放行。急病、临产等必须放行的情形，任何人不得拦阻。补录时写明表号和行号。",
    "Decision: pass, registered, to a health worker, handed over, turned back, must pass. Nobody stops an emergency. "
    "Whoever types this in names the sheet and the line.",
)
TOLD = both(
    "一人一号。到村（社区）后交接收人确认；急病就医不必等待。",
    "One person, one number. The village confirms it on arrival; an emergency waits for nobody.",
)
KEPT = both("卡点留存，补录时写明编号。", "Stays at the gate; name the number when it is typed in.")


def gate_paper_pdf(actor: Actor, run_id: UUID, moment: datetime) -> bytes:
    """Return numbered sheets as PDF and write down who printed them. Raises `table.no_row`."""
    found = find_sheets(run_id)
    if found is None or not actor.may(NUMBERING, found.area_path):
        raise NO_ROW()
    frame = _frame(actor, found, moment)
    numbers = [sheet_number(found.post_number, one) for one in range(found.first, found.last + 1)]
    file = _log(frame, found, numbers) if found.form == "F02" else _slips(frame, found, numbers)
    append([Entry("checkpoints.print_paper", actor.account_id, actor.door, actor.device_id,
                  subject=f"checkpoints.paper/{found.id}", area_path=found.area_path)], at=moment)  # fmt: skip
    return file


def _frame(actor: Actor, found: Sheets, moment: datetime) -> Frame:
    def say(text: Bilingual) -> str:
        return text.in_language(actor.language)

    facts = [
        (say(both("卡点", "Post")), f"{found.post_number} {found.post_name}"),
        (say(both("区域", "Area")), full_name(found.area_path)),
    ]
    mark = say(MARK).format(name=actor.name, at=f"{local(moment):%Y-%m-%d %H:%M}")
    serial = new_serial(found.form, found.area_path, local(moment).date())
    return Frame(say(FORMS[found.form]), facts, serial, moment, mark, actor.language, landscape=found.form == "F02")


def _log(frame: Frame, found: Sheets, numbers: list[str]) -> bytes:
    heads = tuple(frame.say(one) for one in LOG)
    blank = [""] * (len(heads) - 1)
    rows = [[line, *blank] for line in range(1, found.lines + 1)]
    over = f"{found.post_number} {found.post_name}　{frame.say(DAY)}\n{frame.say(DECISIONS)}"
    return paper(frame, [Grid(over, heads, rows, number=one, room=ROOM) for one in numbers])


def _slips(frame: Frame, found: Sheets, numbers: list[str]) -> bytes:
    return framed("slips", frame, {
        "sheets": [
            {"number": one, "slips": [line_number(one, line) for line in range(1, found.lines + 1)]}
            for one in numbers
        ],
        "slip": frame.say(SLIP), "stub": frame.say(STUB), "on_slip": [frame.say(one) for one in ON_SLIP],
        "on_stub": [frame.say(one) for one in ON_STUB], "told": frame.say(TOLD), "kept": frame.say(KEPT),
    })  # fmt: skip


@door("GET")
def gate_paper(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Return numbered sheets on paper."""
    return pdf(gate_paper_pdf(actor_of(request), run_id, now()), f"gate-{run_id.hex[-6:]}")


urlpatterns = [path("gate-paper/<uuid:run_id>.pdf", gate_paper)]
