"""The same lists judged by Splink, in the memory of DuckDB alone: nothing of a list touches the disk."""

from __future__ import annotations

from typing import Any

_WORDS = ("given_name", "surname", "address_1", "suburb")
_DIGITS = ("postcode", "date_of_birth", "soc_sec_id")
_BLOCKS = (
    ("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("address_1",), ("surname", "postcode"),
    ("given_name", "suburb"),
)  # fmt: skip


def links(rows: list[dict[str, str]], likely: float) -> set[tuple[int, int]]:
    """Return the pairs of places that Splink holds for one person at this likelihood or above."""
    import duckdb
    import pyarrow
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    held = duckdb.connect(":memory:")
    held.execute("SET temp_directory = ''")
    table = pyarrow.Table.from_pylist(
        [{"unique_id": place, **{name: row[name] or None for name in (*_WORDS, *_DIGITS)}}
         for place, row in enumerate(rows)]
    )  # fmt: skip
    blocks: list[Any] = [block_on(*names) for names in _BLOCKS]
    settings = SettingsCreator(link_type="dedupe_only", comparisons=_comparisons(),
                               blocking_rules_to_generate_predictions=blocks)  # fmt: skip
    linker = Linker(DuckDBAPI(connection=held).register(table), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(blocks[:3], recall=0.95)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in blocks[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    found = linker.inference.predict(threshold_match_probability=likely).as_duckdbpyrelation()
    pairs = found.select("unique_id_l", "unique_id_r").fetchall()
    return {(min(pair), max(pair)) for pair in pairs}


def _comparisons() -> list[Any]:
    words = [_close(name, 'jaro_winkler_similarity("{0}_l", "{0}_r") >= 0.88') for name in _WORDS]
    return words + [_close(name, 'damerau_levenshtein("{0}_l", "{0}_r") <= 1') for name in _DIGITS]


def _close(name: str, condition: str) -> Any:
    from splink.comparison_level_library import ElseLevel, ExactMatchLevel, NullLevel
    from splink.comparison_library import CustomComparison

    close = {"sql_condition": condition.format(name), "label_for_charts": "close"}
    return CustomComparison([NullLevel(name), ExactMatchLevel(name), close, ElseLevel()], output_column_name=name)
