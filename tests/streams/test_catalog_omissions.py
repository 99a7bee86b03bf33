"""What a catalog deselects, or a stream map removes, is nowhere in the output of a run."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from support.marks import marks_in
from support.offline_tap import CatalogTap, OfflineTap
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.customers import Customers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.singer_output import Catalog, Output


SECRETS = {"ssnStr": ["<ssn>"], "bornAt": "<born>", "newStr": "<new>"}


CUSTOMER: dict[str, Any] = {
    "id": "1",
    "type": "customer",
    "attributes": {
        "updatedAt": "2024-01-31T10:00:00.000Z",
        "birthdayAt": "<birthday>",
        "emails": [{"email": "<email>", "verified": "<verified>"}, "<loose>"],
        "custom": SECRETS,
    },
}


def catalog_of_customers() -> Catalog:
    """What discovery writes of customers and their e-mail addresses, with custom attributes."""
    tap = OfflineTap(Customers, selected=["customers", "customer_emails"])
    catalog: Catalog = json.loads(tap.catalog_json_text)
    for entry in catalog["streams"]:
        if entry["tap_stream_id"] == "customers":
            entry["schema"]["properties"]["custom"]["properties"] = {
                "ssn_str": {
                    "type": ["string", "null"],
                    "description": 'Custom attribute "ssnStr".',
                },
                "born_at": {
                    "type": ["string", "null"],
                    "format": "date-time",
                    "description": 'Custom attribute "bornAt".',
                },
            }
    return catalog


def run_without(
    deselected: Mapping[str, tuple[str, ...]],
    catalog: Catalog,
    customer: dict[str, Any] = CUSTOMER,
    **config: Any,
) -> Output:
    """A run of a customer, in whose catalog these are deselected, by stream."""
    for entry in catalog["streams"]:
        if path := deselected.get(entry["tap_stream_id"]):
            breadcrumb = [step for name in path for step in ("properties", name)]
            entry["metadata"].append({"breadcrumb": breadcrumb, "metadata": {"selected": False}})
    run = CatalogTap(catalog, {"customers": [Page([customer])]}, **config).sync()
    assert run.code == 0, run.log
    assert not marks_in(run.log)
    return run


EVERY = {"<birthday>", "<verified>", "<loose>", "<ssn>", "<born>", "<new>", "<email>"}


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        (("birthday_at",), {"<birthday>"}),
        (("emails",), {"<email>", "<verified>", "<loose>"}),
        (("custom",), {"<ssn>", "<born>", "<new>"}),
        (("custom", "ssn_str"), {"<ssn>"}),
        (("custom", "born_at"), {"<born>"}),
        # It has no column: it is in `_extra`, by this name.
        (("custom", "new_str"), {"<new>"}),
    ],
    ids=["birthday_at", "emails", "custom", "ssn_str", "born_at", "new_str"],
)
@pytest.mark.parametrize("is_known", [True, False], ids=["in the schema", "not in the schema"])
def test_what_a_catalog_deselects_is_nowhere(
    path: tuple[str, ...], hidden: set[str], *, is_known: bool
) -> None:
    catalog = catalog_of_customers()
    if not is_known:
        for entry in catalog["streams"]:
            entry["schema"]["properties"].pop(path[0], None)

    run = run_without({"customers": path}, catalog)

    assert marks_in(run.records("customers")) == EVERY - hidden
    assert "<email>" in marks_in(run.records("customer_emails"))


def test_another_spelling_of_a_deselected_custom_attribute_is_nowhere() -> None:
    custom = {"ssnStr": "<ssn>", "ssn_str": "<second>", "ssn-str": "<third>", "newStr": "<new>"}
    customer = {**CUSTOMER, "attributes": {**CUSTOMER["attributes"], "custom": custom}}
    path = ("custom", "ssn_str")

    run = run_without({"customers": path}, catalog_of_customers(), customer)

    assert marks_in(run.records("customers")[0]["_extra"]["custom"]) == {"<new>"}
    assert not marks_in(run.records("customers")[0]["custom"])


def test_custom_attributes_that_the_catalog_does_not_know_are_in_extra() -> None:
    (record,) = run_without({}, catalog_of_customers()).records("customers")

    assert marks_in(record) == EVERY
    assert record["_extra"]["custom"]["new_str"] == "<new>"


def test_a_derived_table_is_selected_for_itself() -> None:
    run = run_without({"customer_emails": ("email",)}, catalog_of_customers())

    assert marks_in(run.records("customers")) == EVERY
    assert marks_in(run.records("customer_emails")) == {"<verified>"}


@pytest.mark.parametrize("column", ["custom", "emails", "birthday_at"])
def test_what_a_stream_map_removes_is_nowhere(column: str) -> None:
    maps = {"customers": {column: None}}

    run = run_without({}, catalog_of_customers(), stream_maps=maps)

    kept = marks_in(run.records("customers"))
    assert kept == EVERY - marks_in(
        CUSTOMER["attributes"][{"birthday_at": "birthdayAt"}.get(column, column)]
    )


def test_what_a_catalog_deselects_is_not_in_a_batch(tmp_path: Any) -> None:
    batches = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": f"file://{tmp_path}"},
    }

    run_without({"customers": ("birthday_at",)}, catalog_of_customers(), batch_config=batches)

    files = [gzip.decompress(path.read_bytes()).decode() for path in tmp_path.rglob("*.gz")]
    assert marks_in(files) == EVERY - {"<birthday>"}
