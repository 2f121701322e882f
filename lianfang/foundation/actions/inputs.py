"""Typed inputs of actions: strict, bounded, without invisible characters; every complaint is a catalogued refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from lianfang.kernel.errors import CATALOGUE, Problems, Refusal, RefusalKind, refusal
from lianfang.kernel.text import has_control_characters

MISSING = refusal("input.missing", "这一项必须填写。", "This field is required.")
UNKNOWN = refusal("input.unknown_field", "没有这一项，请检查名称。", "There is no such field.")
TOO_LONG = refusal("input.too_long", "内容太长，最多 {limit} 个字。", "Too long: at most {limit} characters.")
TOO_SHORT = refusal("input.too_short", "内容太短，至少 {limit} 个字。", "Too short: at least {limit} characters.")
TOO_MANY = refusal("input.too_many", "项目太多，最多 {limit} 项。", "Too many: at most {limit} items.")
RANGE = refusal(
    "input.out_of_range", "数值超出允许范围（{limit}）。", "The value is outside the allowed range ({limit})."
)
CHOICE = refusal("input.not_a_choice", "请从给出的选项中选择。", "Choose one of the given options.")
KIND = refusal("input.wrong_kind", "类型不对，这里需要{kind}。", "Wrong kind of value: {kind} expected.")
PATTERN = refusal("input.wrong_form", "格式不对。", "The form of the value is not accepted.")
CONTROL = refusal(
    "input.control_characters",
    "含有看不见的控制字符，请删除后重填。",
    "Contains invisible control characters; remove them.",
)

TOO_DEEP = refusal("input.too_deep", "内容嵌套太深。", "The value is nested too deep.")

_KINDS = {
    "string": "文字 / text", "int": "整数 / a whole number", "float": "数字 / a number", "decimal": "数字 / a number",
    "bool": "是或否 / yes or no", "date": "日期 / a date", "datetime": "日期时间 / a date and time",
    "uuid": "编号 / an id", "list": "列表 / a list", "dict": "对象 / an object", "model": "对象 / an object",
    "timezone": "带时区的时间 / a time with zone",
}  # fmt: skip


DEEPEST = 20
LONGEST_FIELD = 120


def _find_control(value: Any, depth: int = 0) -> bool:
    """Say whether any text inside carries what nobody can see. Raises a complaint about a nest deeper than any form."""
    if isinstance(value, str):
        return has_control_characters(value)
    if isinstance(value, (list, dict)):
        if depth > DEEPEST:
            raise complain(TOO_DEEP)
        inside = value if isinstance(value, list) else [*value.keys(), *value.values()]
        return any(_find_control(one, depth + 1) for one in inside)
    return False


class Input(BaseModel):
    """Base of every action's input: unknown fields refused, text trimmed and bounded."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=4000, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _visible_only(cls, values: Any) -> Any:
        if isinstance(values, dict):
            for key, value in values.items():
                if _find_control(value):
                    raise PydanticCustomError("control", "control characters", {"at": key})
        return values


def one_of(options: Iterable[str]) -> AfterValidator:
    """Return a check that a text is one of the options, or empty where the field allows that."""
    known = {*options}

    def check(value: str) -> str:
        if value and value not in known:
            raise complain(CHOICE)
        return value

    return AfterValidator(check)


def some_of(options: Iterable[str]) -> AfterValidator:
    """Return a check that every item is one of the options; each is kept once, in the options' order."""
    known = [*options]

    def check(values: list[str]) -> list[str]:
        if not {*values} <= {*known}:
            raise complain(CHOICE)
        return [one for one in known if one in values]

    return AfterValidator(check)


def _translate(error: ErrorDetails) -> Refusal:
    """Return the catalogued refusal for one pydantic complaint, by its type code."""
    kind, context = error["type"], error.get("ctx", {})
    field = (".".join(str(part) for part in error["loc"]) or str(context.get("at", "")))[:LONGEST_FIELD] or None
    if kind == "refusal":
        return _from_context(context, field)
    exact: dict[str, RefusalKind] = {
        "missing": MISSING, "extra_forbidden": UNKNOWN, "control": CONTROL, "string_pattern_mismatch": PATTERN,
        "enum": CHOICE, "literal_error": CHOICE,
    }  # fmt: skip
    if kind in exact:
        return exact[kind](field=field)
    if kind in ("string_too_long", "string_too_short"):
        long = kind == "string_too_long"
        return (TOO_LONG if long else TOO_SHORT)(field=field, limit=context["max_length" if long else "min_length"])
    if kind == "too_long":
        return TOO_MANY(field=field, limit=context.get("max_length"))
    if kind.startswith(("greater_than", "less_than", "too_short", "finite")):
        limit = ", ".join(
            f"{name} {value}" for name, value in context.items() if name in ("gt", "ge", "lt", "le", "min_length")
        )
        return RANGE(field=field, limit=limit or kind)
    stem = kind.split("_")[0]
    return KIND(field=field, kind=_KINDS.get(stem, kind))


def _from_context(context: dict[str, Any], field: str | None) -> Refusal:
    found = CATALOGUE[context["code"]]
    return found(field=field, **{key: value for key, value in context.items() if key != "code"})


def complain(kind: RefusalKind, **values: object) -> PydanticCustomError:
    """Return a complaint a field validator may raise so that it comes out as this catalogued refusal."""
    return PydanticCustomError("refusal", "{code}", {"code": kind.code, **values})


def parse(model: type[Input], raw: object) -> Input:
    """Return the typed input. Raises Problems with one refusal per field."""
    try:
        return model.model_validate(raw)
    except ValidationError as trouble:
        raise Problems(_translate(error) for error in trouble.errors(include_url=False, include_input=False)) from None
