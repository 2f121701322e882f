"""What responsibility does when the register changes: it follows its targets, and ends with them."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.actions.running import follow

GONE = ("moved", "died")


def follow_households(fact: dict[str, Any]) -> None:
    """Households came under another area: the responsibilities for them and their people come along."""
    targets = [*fact["household_ids"], *fact["person_ids"]]
    follow("organisation.follow_targets", {"target_ids": targets, "to_path": fact["to_path"]}, because=fact["event_id"])


def follow_person(fact: dict[str, Any]) -> None:
    """One person moved, or left for good."""
    if fact["status"] in GONE:
        given = {"target_id": fact["person_id"], "area_path": fact["area_path"], "reason": "本人已迁出或死亡"}
        follow("organisation.end_for_target", given, because=fact["event_id"])
        return
    given = {"target_ids": [fact["person_id"]], "to_path": fact["to_path"]}
    follow("organisation.follow_targets", given, because=fact["event_id"])


def follow_merge(fact: dict[str, Any]) -> None:
    """Two entries of a person became one."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"], "area_path": fact["area_path"]}
    follow("organisation.follow_merge", given, because=fact["event_id"])


def follow_unmerge(fact: dict[str, Any]) -> None:
    """A merge was undone."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("organisation.part_again", given, because=fact["event_id"])


def end_with_household(fact: dict[str, Any]) -> None:
    """A household was closed."""
    given = {"target_id": fact["household_id"], "area_path": fact["area_path"], "reason": "户已注销"}
    follow("organisation.end_for_target", given, because=fact["event_id"])


def end_with_place(fact: dict[str, Any]) -> None:
    """A place was closed."""
    given = {"target_id": fact["place_id"], "area_path": fact["area_path"], "reason": "场所已关停"}
    follow("organisation.end_for_target", given, because=fact["event_id"])


def end_with_grid(fact: dict[str, Any]) -> None:
    """A grid was closed; those who answered for it as a whole no longer do."""
    given = {"area_path": fact["area_path"], "reason": "网格已撤并"}
    follow("organisation.end_for_target", given, because=fact["event_id"])


def follow_post(fact: dict[str, Any]) -> None:
    """A post was moved: whoever leads it comes along."""
    given = {"target_ids": [fact["post_id"]], "to_path": fact["area_path"]}
    follow("organisation.follow_targets", given, because=fact["event_id"])


def end_with_post(fact: dict[str, Any]) -> None:
    """A post was withdrawn."""
    given = {"target_id": fact["post_id"], "area_path": fact["area_path"], "reason": "卡点已撤除"}
    follow("organisation.end_for_target", given, because=fact["event_id"])
