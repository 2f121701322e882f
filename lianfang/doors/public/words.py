"""Every sentence of the pages without login, Chinese first."""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

WORDS: dict[str, Bilingual] = {
    "product": both("联防", "Lianfang"),
    "other_language": both("English", "中文"),
    "other_lang": both("en", "zh-hans"),
    # the resident's own page
    "own_page": both("居家观察自报", "My home observation"),
    "until": both("观察至", "Observation until"),
    "due_now": both("现在请报：", "Please report now:"),
    "nothing_due": both("现在没有待报的体温。", "Nothing is due right now."),
    "report": both("报体温和身体情况", "Report temperature and how you feel"),
    "temperature": both("体温（℃，没有体温计可不填）", "Temperature (°C; leave empty without a thermometer)"),
    "symptoms": both("有下列不适请勾选", "Tick what you feel"),
    "note": both("补充说明（可不填）", "Anything else (optional)"),
    "send_reading": both("提交", "Send"),
    "emergency": both(
        "呼吸困难、神志不清等危急情况，请直接拨打 120。", "In danger (breathless, confused): call 120 directly."
    ),
    "help": both("需要帮助", "Ask for help"),
    "help_kind": both("需要什么", "What kind of help"),
    "choose": both("请选择", "Choose"),
    "help_what": both("具体内容", "What exactly"),
    "send_help": both("提交需求", "Ask"),
    "arrived": both("已收到，确认", "It has come: confirm"),
    "not_arrived": both("没有收到或不对，请拨打下面的电话。", "If it did not come or is wrong, call a number below."),
    "contacts": both("有事找谁", "Whom to call"),
    "ambulance": both("急救", "Ambulance"),
    "rights": both("依据和您的权利", "Why, and your rights"),
    "basis": both("依据：", "Basis:"),
    "rule": both("规则：", "Rule:"),
    "appeal": both("对措施有异议，可申诉：", "To appeal against the measure:"),
    "appeal_office": both("请向村（社区）或乡镇提出。", "tell your village or township."),
    "appeal_here": both("在这里申诉、投诉，或查询谁看过我的信息", "Appeal, complain, or ask who looked at your record"),
    "appeal_kind": both("事项", "What it is about"),
    "appeal_what": both("请写明内容", "Say what"),
    "send_appeal": both("提交申诉", "Send"),
    "answer_by": both("答复期限", "Answered by"),
    "not_saved": both("没有保存", "Not saved"),
    "gone": both(
        "链接已失效或观察已结束。需要帮助请联系网格员或村（社区）。",
        "The link no longer works or the observation has ended. For help, ask your grid worker or village.",
    ),
    "too_many": both("操作太频繁，请几分钟后再试。", "Too many tries; try again in a few minutes."),
    # certificates
    "verify": both("核验证明", "Check a certificate"),
    "genuine": both("证明有效", "The certificate is genuine"),
    "genuine_note": both(
        "请与纸质证明核对编号和日期。姓名只显示一部分。",
        "Compare number and dates with the paper. Only part of the name is shown.",
    ),
    "not_genuine": both("没有查到这份证明", "There is no such certificate"),
    "not_genuine_note": both("请核对编号，或向出具单位查询。", "Check the number, or ask who issued it."),
    "serial": both("编号", "Number"),
    "serial_label": both("证明编号", "Number on the certificate"),
    "name": both("姓名", "Name"),
    "observed": both("观察期", "Observed"),
    "released": both("解除日期", "Released on"),
    "issuer": both("出具单位", "Issued by"),
    "check": both("核验", "Check"),
    # permits
    "permit": both("出入证", "Permit"),
    "permit_scan": both("请让卡点扫这个码。", "Let the gate scan this code."),
    "permit_mark": both("核对：", "Compare:"),
    "permit_from": both("自", "From"),
    "permit_until": both("至", "until"),
    "permit_note": both(
        "不得转借。急病、分娩等必须放行的情形，不凭此证，直接说明情况。需要打印请找村（社区）。",
        "Not transferable. In an emergency nobody needs this permit: just say so. The village prints it on paper.",
    ),
    "served": both("服务期间", "Served"),
    "served_hours": both("服务时长（小时）", "Hours served"),
    "issued": both("出具日期", "Issued on"),
    # answering a call to serve
    "join": both("报名参加", "Offer to serve"),
    "join_name": both("姓名", "Your name"),
    "join_phone": both("电话", "Phone"),
    "join_origin": both("您是", "You are"),
    "join_skills": both("特长（可不选）", "What you can do (optional)"),
    "join_part": both("什么时间可以", "When you can"),
    "join_text": both("想说的话（可不填）", "Anything to say (optional)"),
    "join_send": both("提交报名", "Send"),
    "join_sent": both("已收到您的报名，会有人联系您。", "Your offer has arrived; somebody will be in touch."),
    "join_why": both(
        "只收集联系和安排岗位所需的信息，用于本次防控；不会公开，结束后按期限删除。也可以到村（社区）当面或电话报名。",
        "Only what is needed to reach and post you is asked, for this emergency; it is not published and is erased in "
        "time. You may also offer at the village or by phone.",
    ),
    "join_over": both("这次招募已结束。", "This call has ended."),
    # reporting at one's community
    "checkin": both("社区双报到", "Report at your community"),
    "checkin_for": both(
        "在职党员、单位职工和居民到居住地社区报到，参加防控服务。",
        "Members of units and residents report here to help where they live.",
    ),
    "checkin_unit": both("工作单位（可不填）", "Where you work (optional)"),
    "checkin_skills": both("能做什么（可不选）", "What you can do (optional)"),
    "checkin_part": both("什么时间可以", "When you can"),
    "checkin_next": both("下一步：核对", "Next: look it over"),
    "checkin_look": both("请核对", "Is this right?"),
    "checkin_send": both("确认报到", "Yes, report"),
    "checkin_change": both("返回修改", "Change it"),
    "checkin_sent": both(
        "已收到。社区会打电话与您确认，确认后才算报到。",
        "It has arrived. The community will ring you; only then are you checked in.",
    ),
    "checkin_what": both(
        "只收集姓名、电话、单位、能做什么、什么时间可以。",
        "Only name, phone, unit, what you can do and when are asked.",
    ),
    "checkin_why": both(
        "用于社区联系您、安排服务，不作他用，不公开。",
        "They are for ringing you and finding you a task, for nothing else, and are not published.",
    ),
    "checkin_paper": both(
        "没有手机也一样：到社区当面登记，或打社区电话。",
        "Without a phone you may report at the community itself, or ring it.",
    ),
    "checkin_over": both(
        "这张报到码已失效。请看社区门口新贴的码，或直接到社区报到。",
        "This code is no longer valid. Look for the new one at the community, or report there.",
    ),
    "nothing": both("（未填）", "(nothing)"),
    # shells
    "not_built": both("网页部分尚未构建", "The web parts are not built"),
    "not_built_text": both(
        "请运行 make run 构建，或安装发布的软件包。接口 /api/ 可照常使用。",
        "Run make run to build them, or install the released package. The API at /api/ works all the same.",
    ),
}
CHECK_IN_KEPT = both(
    "社区未确认的，{waiting} 天后清除；未接受的当即清除；接受的，服务结束 {kept} 天后清除。",
    "Unconfirmed it is erased after {waiting} days, refused at once, accepted {kept} days after the service ends.",
)
RIGHTS = (
    both(
        "到期即解除；没有书面批准和依据，不得延长。",
        "It ends on its day; without a written basis nobody may extend it.",
    ),
    both(
        "可以查看、更正自己的登记信息，可以问谁看过。", "You may see and correct your record, and ask who looked at it."
    ),
    both("生活、用药、就医有困难，村（社区）应当帮助。", "With food, medicine or treatment the village must help you."),
    both(
        "没有手机、不会填写，一样得到服务：打电话或填纸质表。",
        "Without a phone you get the same service: call, or use paper.",
    ),
    both("解除时可以领取期满证明。", "On release you may have a certificate."),
)
APPEAL_WITHIN = both("申诉应在 {hours} 小时内答复。", "An appeal is answered within {hours} hours.")
SAID: dict[str, Bilingual] = {
    "reading": both("已收到您的体温。", "Your report has arrived."),
    "refer": both(
        "已收到，并已通知医生，请留在家中等候联系。危急请拨打 120。",
        "It has arrived and a doctor is told. Stay at home, you will be called. In danger call 120.",
    ),
    "help": both("已收到您的需求，会有人联系您。", "Your request has arrived; somebody will be in touch."),
    "arrived": both("谢谢确认。", "Thank you for confirming."),
    "appeal": both("已收到，会有人答复您。答复也会显示在这里。", "It has arrived. The answer will be shown here too."),
}
SLOT = both("{day} {name}（{until} 前）", "{day} {name} (by {until})")
SLOT_NAMES = {"morning": both("早上", "morning"), "evening": both("晚上", "evening"), "noon": both("中午", "noon")}
NO_NUMBER = both("体温请填数字，如 36.5。", "Write the temperature as a number, like 36.5.")
NO_KIND = both("请选择需要什么。", "Choose what kind of help.")
NO_APPEAL = both("请选择事项并写明内容。", "Choose what it is about and say what.")
NOTHING = both("请填体温，或勾选不适。", "Give a temperature, or tick what you feel.")
