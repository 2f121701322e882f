"""The measure for intake: django-import-export, importing the same people into a copy of the table of leads.

It keeps the same twelve columns and is given less to do: a tidy workbook, no places to resolve, no register to match,
nobody to send, no rows to mark.
"""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection, models

from bench.workbook import Line, tidy
from lianfang.domain.screening.models.leads import Lead
from lianfang.kernel.clock import now
from lianfang.kernel.ids import uuid7

TABLE = "bench_import_lead"
# what a lead keeps beside its own columns, as intake does
DETAILS = ("origin", "transport", "companions", "note")


def make_table() -> None:
    """Make the copy anew: the same columns and indexes, without its references."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {Lead._meta.db_table} INCLUDING ALL)")


def drop_table() -> None:
    """Take the copy away."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def _copied() -> type[models.Model]:
    """Return a model of the copy with the same fields, encrypted ones too; references become plain ids."""
    fields: dict[str, Any] = {"__module__": __name__}
    for field in Lead._meta.concrete_fields:
        is_link = isinstance(field, models.ForeignKey)
        fields[field.attname] = models.UUIDField(null=True) if is_link else field.clone()
    fields["Meta"] = type("Meta", (), {"app_label": Lead._meta.app_label, "managed": False, "db_table": TABLE})
    return type("ImportedLead", (models.Model,), fields)


def _resource(*, in_bulk: bool) -> Any:
    from import_export import resources

    from lianfang.domain.people.queries import identity_index, phone_index

    class Leads(resources.ModelResource):
        class Meta:
            model = _MODEL
            fields = (
                "serial", "name", "identity_number", "identity_index", "phone", "phone_index", "address", "returned_on",
                "sex", "reason", "details",
            )  # fmt: skip
            import_id_fields = ("identity_index",)
            use_transactions = True
            use_bulk = in_bulk
            batch_size = 1000
            skip_diff = in_bulk

        def before_import(self, dataset: Any, **_: Any) -> None:
            dataset.append_col([identity_index(one) for one in dataset["identity_number"]], header="identity_index")
            dataset.append_col([phone_index(one) for one in dataset["phone"]], header="phone_index")
            others = zip(*(dataset[name] for name in DETAILS), strict=True)
            dataset.append_col([_details(values) for values in others], header="details")

        def before_save_instance(self, instance: Any, row: Any, **_: Any) -> None:
            moment = now()
            instance.id, instance.area_path, instance.source = uuid7(), "140826", "data_push"
            instance.received_at = instance.due_at = moment

    return Leads()


def _details(values: tuple[Any, ...]) -> str:
    return json.dumps({name: value for name, value in zip(DETAILS, values, strict=True) if value}, ensure_ascii=False)


def rows_per_second(people: list[Line], *, in_bulk: bool) -> float:
    """Return how many rows a second its own whole path takes: read the workbook, find, judge, save."""
    from import_export.formats.base_formats import XLSX

    make_table()
    body = tidy(people)
    started = time.perf_counter()
    result = _resource(in_bulk=in_bulk).import_data(XLSX().create_dataset(body), dry_run=False, raise_errors=True)
    spent = time.perf_counter() - started
    drop_table()
    return float(result.total_rows / spent)


_MODEL = _copied()
