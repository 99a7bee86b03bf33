"""The tap without Kustomer: a test names its tables, and writes down what their readings give."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from support.tap_in_process import output_of
from support.virtual_time import VirtualClock
from tap_kustomer import times
from tap_kustomer.client.errors import DeadKeyError, GaveUpError
from tap_kustomer.inputs.catalog import read_catalog
from tap_kustomer.reading.pages import Shortfall, Unproven
from tap_kustomer.streams.base import DerivedStream
from tap_kustomer.streams.kobjects import KlassKobjects
from tap_kustomer.sync.run import Run
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from support.singer_output import Output
    from tap_kustomer.config import Settings
    from tap_kustomer.reading.pages import Page, Window
    from tap_kustomer.reading.reader import Reader
    from tap_kustomer.reading.sources import Search, Source
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.base import KustomerStream

NOW = times.to_milliseconds("2026-06-01T12:00:00.000Z")
# A run reads to a minute before its start.
UNTIL = "2026-06-01T11:59:00.000Z"


@dataclass
class OfflineRun(Run):
    """A run in which readings give what is written down.

    Attributes:
        script: What each reading gives, by the name of its table: pages, rows that are known to be
            missing, an error that it ends with.
        key_is_good: Whether Kustomer would know the key.
        is_reachable: Whether Kustomer answers at all.
        count: How many rows a search counts, or the error that it ends with.
        asked: What was read, in the order in which readings began.
        counted: What was counted.
    """

    script: Mapping[str, Iterable[Page | Shortfall | Unproven | BaseException]] = field(
        default_factory=dict
    )
    key_is_good: bool = True
    is_reachable: bool = True
    count: int | Exception | None = None
    asked: list[tuple[str, Source, Window]] = field(default_factory=list)
    counted: list[Window] = field(default_factory=list)

    started = NOW

    @override
    def check_key(self) -> None:
        if not self.is_reachable:
            raise GaveUpError("GET /v1/auth/tokens/current failed")
        if not self.key_is_good:
            raise DeadKeyError("Kustomer does not accept the API key")

    @override
    def reader(self, report: Callable[[Shortfall | Unproven], None] = lambda _: None) -> Reader:
        return cast("Reader", _Reader(self, report))


class _Reader:
    """Takes the place of a `Reader`."""

    def __init__(self, run: OfflineRun, report: Callable[[Shortfall | Unproven], None]) -> None:
        self.session = SimpleNamespace(requests=1)
        self._run = run
        self._report = report

    def read(
        self, source: Source, window: Window, name: str, *, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        del is_consumed
        self._run.asked.append((name, source, window))
        for given in self._run.script.get(name, ()):
            if isinstance(given, BaseException):
                raise given
            if isinstance(given, Shortfall | Unproven):
                self._report(given)
            else:
                yield given

    def count(self, source: Search, window: Window) -> int | None:
        del source
        self._run.counted.append(window)
        if isinstance(self._run.count, Exception):
            raise self._run.count
        return self._run.count


class OfflineTap(TapKustomer):
    """The tap with some tables, their derived ones among them.

    Args:
        streams: The tables that are declared.
        klasses: Names of klasses that have tables of their own.
        selected: Names of the tables that are selected; all, if none are given.
        state: Of a run before.
        scripted: What `OfflineRun` is made of.
        config: Settings.
    """

    def __init__(
        self,
        *streams: type[KustomerStream],
        klasses: Sequence[str] = (),
        selected: Iterable[str] = (),
        state: dict[str, Any] | None = None,
        scripted: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> None:
        self._declared = streams
        self._klasses = klasses
        self._scripted = dict(scripted or {})
        super().__init__(config={"api_key": "a-key", **config}, state=state)
        wanted = set(selected)
        for table in self.streams.values():
            table.selected = not wanted or table.name in wanted

    @cached_property
    def run(self) -> OfflineRun:  # type: ignore[explicit-override]  # There is no such thing here.
        settings: Settings = self._settings
        return OfflineRun(settings, VirtualClock(), self.stop_if_asked, **self._scripted)

    @override
    def discover_streams(self) -> Sequence[TapStream]:
        roots = [stream(self) for stream in self._declared]
        derived = [DerivedStream(self, root, each) for root in roots for each in root.derived]
        return [
            *roots,
            *derived,
            *(KlassKobjects(self, f"kobject_{klass}", klass) for klass in self._klasses),
        ]

    def table(self, name: str) -> TapStream:
        """One of its tables."""
        return cast("TapStream", self.streams[name])

    def sync(self) -> Output:
        """Run to the end, whatever that is."""
        return output_of(self.sync_to_end)


class CatalogTap(TapKustomer):
    """The whole tap with a catalog, but without Kustomer.

    Args:
        catalog: The document, as `--catalog` names it.
        script: What each reading gives, by the name of its table.
        state: Of a run before.
        started: When the run starts, in milliseconds since 1970.
        config: Settings.
    """

    def __init__(
        self,
        catalog: dict[str, Any],
        script: Mapping[str, Iterable[Page | BaseException]],
        state: dict[str, Any] | None = None,
        started: int = NOW,
        **config: Any,
    ) -> None:
        self._script = script
        self._started = started
        super().__init__(
            config={"api_key": "a-key", **config},
            catalog=read_catalog(catalog),
            state=state,
            setup_mapper=False,
        )

    @cached_property
    def run(self) -> OfflineRun:  # type: ignore[explicit-override]  # There is no such thing here.
        settings: Settings = self._settings
        run = OfflineRun(settings, VirtualClock(), self.stop_if_asked, script=self._script)
        run.started = self._started
        return run

    def sync(self) -> Output:
        """Run to the end, whatever that is."""

        def run() -> None:
            self.setup_mapper()
            self.sync_to_end()

        return output_of(run)
