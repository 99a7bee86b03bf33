"""A tap whose runs a real target loads, and what the target should hold afterwards."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.sandbox_truth import true_keys
from support.target_matrix import DAILY, LOADERS, MATRIX, NIGHTLY
from support.targets import kind_of
from tap_kustomer.streams.kobjects import klass_of

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox
    from support.singer_output import Catalog, Held, Key, Output, Record, State
    from support.tap_in_process import InProcess
    from support.target_matrix import Config, Loader
    from support.targets import Target

# Of each kind: lists and what their rows carry, searches and what theirs carry, live ids, rows that
# are read for each row of another stream, and the objects of one klass.
SOME = (
    *("business_holidays", "companies", "company_emails", "conversations", "customers"),
    *("kobject_order", "note_ids", "sla_metrics", "sla_versions", "users"),
)


def of(case: str) -> pytest.MarkDecorator:
    """Run a test with the targets that the table has for a case."""
    return pytest.mark.parametrize(
        "loader",
        [
            pytest.param(loader, id=loader.name, marks=[pytest.mark.thorough] * (how == NIGHTLY))
            for loader, how in zip(LOADERS, MATRIX[case], strict=True)
            if how in {DAILY, NIGHTLY}
        ],
    )


class Reading(NamedTuple):
    """A run of the tap.

    Attributes:
        run: With RECORD messages, to compare with.
        messages: For the target: those of the same run, or with BATCH in place of RECORD.
    """

    run: Output
    messages: bytes


@dataclass(frozen=True)
class Pipeline:
    """A tap whose runs are loaded by a target.

    Attributes:
        tap: Runs against a sandbox.
        loader: The target's line of the matrix.
        config: What the target needs of the tap.
        target: Holds nothing at first.
        runs: The tap's runs so far, by their arguments; None to repeat each run.
    """

    tap: InProcess
    loader: Loader
    config: Config
    target: Target
    runs: dict[str, Output] | None = None

    def read(self, catalog: Catalog, state: State | None = None, **config: Any) -> Reading:
        """One run of the tap."""
        given = {"catalog": catalog, "state": state, **config}
        plain = {name: value for name, value in self.config.items() if name != "batch_config"}
        run = self._run(**plain, **given)
        if plain == self.config:
            return Reading(run, run.output)
        files = self._run(**self.config, **given)
        assert not files.of_type("RECORD")
        return Reading(run, files.output)

    def _run(self, **given: Any) -> Output:
        key = json.dumps(given, sort_keys=True)
        if self.runs is not None and key in self.runs:
            return self.runs[key]
        run = self.tap(**given)
        assert run.code == 0, run.log
        if self.runs is not None:
            self.runs[key] = run
        return run

    def sync(self, catalog: Catalog, load: Config | None = None, **given: Any) -> Output:
        """One run of the tap, loaded to its end."""
        reading = self.read(catalog, **given)
        self.target.load(reading.messages, **(load or {}))
        return reading.run


def latest(target: Target, run: Output, stream: str) -> dict[Key, Record]:
    """The rows that a target holds by key, of those with the same key the last."""
    message = run.schema(stream)
    keys = message["key_properties"]
    return {tuple(row[key] for key in keys): row for row in target.records(message)}


def check_rows(target: Target, run: Output, held: Held) -> None:
    """Check that a target holds these rows of each stream of a run, value by value."""
    for stream in run.streams:
        leaves = run.schema(stream)["schema"]["properties"]
        expected = {
            key: target.comparable(record, leaves) for key, record in held.get(stream, {}).items()
        }
        assert latest(target, run, stream) == expected, stream


def check_keys(target: Target, run: Output, sandbox: Sandbox) -> None:
    """Check that a target holds each row of the sandbox once."""
    for stream in run.streams:
        message = run.schema(stream)
        rows = Counter(
            tuple(row[key] for key in message["key_properties"]) for row in target.records(message)
        )
        truth = Counter(true_keys(sandbox.organisation, stream, klass_of(message["schema"])))
        missing, odd = (truth - rows).total(), (rows - truth).total()
        assert not missing, f"{stream}: {missing} of {truth.total()} rows are missing"
        assert not odd, f"{stream}: {odd} rows are too many"


def check_types(pipeline: Pipeline, run: Output) -> None:
    """Check that each column in the target has the type for what its SCHEMA declares."""
    types = pipeline.loader.types
    for stream in run.streams if types else ():
        found = pipeline.target.types(stream)
        expected = {
            name: types[kind_of(leaf)]
            for name, leaf in run.schema(stream)["schema"]["properties"].items()
        }
        assert {name: found.get(name) for name in expected} == expected, stream
