"""The tap without Kustomer: a test gives the streams, and the pages of their extractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from support.tap_in_process import output_of
from support.virtual_time import VirtualClock
from tap_kustomer import times
from tap_kustomer.client.errors import GaveUpError, InvalidCredentialError
from tap_kustomer.reading.pages import Shortfall, Unproven
from tap_kustomer.singer.catalog import parse_catalog
from tap_kustomer.streams.definition import define, define_derived
from tap_kustomer.streams.kobjects import define_klass
from tap_kustomer.sync.context import RunContext, RunTimes, open_context
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from support.singer_output import Output
    from tap_kustomer.client.clock import Clock
    from tap_kustomer.config import Settings
    from tap_kustomer.reading.pages import Page, Window
    from tap_kustomer.reading.reader import Reader
    from tap_kustomer.reading.sources import Search, Source
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.base import KustomerStream
    from tap_kustomer.streams.definition import StreamDefinition

NOW = times.to_milliseconds("2026-06-01T12:00:00.000Z")
# A run reads to a minute before its start.
UNTIL = "2026-06-01T11:59:00.000Z"


@dataclass
class FakeKustomer:
    """What Kustomer returns in a test, and what was requested of it.

    Attributes:
        pages: What each extraction returns, by the name of its lead: pages, missing rows, an error
            at the end.
        key_is_good: Whether Kustomer knows the key.
        is_reachable: Whether Kustomer can be reached.
        count: How many rows a search counts, or the error it raises.
        started: The start of the run, in milliseconds since 1970.
        asked: What was read, in the order in which the extractions started.
        counted: The windows whose rows were counted.
    """

    pages: Mapping[str, Iterable[Page | Shortfall | Unproven | BaseException]] = field(
        default_factory=dict
    )
    key_is_good: bool = True
    is_reachable: bool = True
    count: int | Exception | None = None
    started: int = NOW
    asked: list[tuple[str, Source, Window]] = field(default_factory=list)
    counted: list[Window] = field(default_factory=list)


@dataclass(frozen=True)
class OfflineContext(RunContext):
    """A context whose extractions return what a fake Kustomer has."""

    kustomer: FakeKustomer = field(default_factory=FakeKustomer)

    @override
    def fix_times(self) -> RunTimes:
        settled = self.kustomer.started - self.settings.settle_seconds * 1000
        return RunTimes(self.kustomer.started, self.settings.start_date or 0, settled)

    @override
    def check_credential(self) -> None:
        if not self.kustomer.is_reachable:
            raise GaveUpError("GET /v1/auth/tokens/current failed")
        if not self.kustomer.key_is_good:
            raise InvalidCredentialError("Kustomer does not accept the API key")

    @override
    def reader(
        self, run_times: RunTimes, report: Callable[[Shortfall | Unproven], None] = lambda _: None
    ) -> Reader:
        return cast("Reader", _Reader(self.kustomer, report))


def offline_context(
    settings: Settings, clock: Clock, stop_if_asked: Callable[[], None], kustomer: FakeKustomer
) -> OfflineContext:
    """Make a context without Kustomer."""
    context = open_context(settings, clock, stop_if_asked)
    return OfflineContext(
        context.settings,
        context.clock,
        context.session,
        context.workers,
        stop_if_asked,
        context.search_schema,
        kustomer=kustomer,
    )


class _Reader:
    """Replaces a `Reader`."""

    def __init__(
        self, kustomer: FakeKustomer, report: Callable[[Shortfall | Unproven], None]
    ) -> None:
        self.context = SimpleNamespace(session=SimpleNamespace(request_count=1))
        self._kustomer = kustomer
        self._report = report

    def read(
        self, source: Source, window: Window, name: str, *, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        del is_consumed
        self._kustomer.asked.append((name, source, window))
        for given in self._kustomer.pages.get(name, ()):
            if isinstance(given, BaseException):
                raise given
            if isinstance(given, Shortfall | Unproven):
                self._report(given)
            else:
                yield given

    def count(self, source: Search, window: Window) -> int | None:
        del source
        self._kustomer.counted.append(window)
        if isinstance(self._kustomer.count, Exception):
            raise self._kustomer.count
        return self._kustomer.count


class OfflineTap(TapKustomer):
    """The tap with some streams, and those derived from them.

    Args:
        streams: The declarations of the streams.
        klasses: The klasses that have streams of their own.
        selected: The names of the selected streams; all of them if empty.
        state: The state of an earlier run.
        pages: What each extraction returns, as in `FakeKustomer`.
        kustomer: Its other attributes.
        config: Settings.
    """

    def __init__(
        self,
        *streams: type[KustomerStream],
        klasses: Sequence[str] = (),
        selected: Iterable[str] = (),
        state: dict[str, Any] | None = None,
        pages: Mapping[str, Any] | None = None,
        kustomer: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> None:
        self._declared = streams
        self._klasses = klasses
        self.kustomer = FakeKustomer(pages or {}, **(kustomer or {}))
        super().__init__(config={"api_key": "a-key", **config}, state=state)
        wanted = set(selected)
        for stream in self.streams.values():
            stream.selected = not wanted or stream.name in wanted

    @cached_property
    def clock(self) -> VirtualClock:  # type: ignore[explicit-override]  # Cached properties.
        return VirtualClock(self.kustomer.started / 1000)

    @cached_property
    def context(self) -> OfflineContext:  # type: ignore[explicit-override]  # Cached properties.
        return offline_context(self._settings, self.clock, self.stop_if_asked, self.kustomer)

    @override
    def define_streams(self) -> Sequence[StreamDefinition]:
        return [
            *(define(stream) for stream in self._declared),
            *(define_derived(stream, each) for stream in self._declared for each in stream.derived),
            *(define_klass(f"kobject_{klass}", klass) for klass in self._klasses),
        ]

    def stream(self, name: str) -> TapStream:
        """One of its streams."""
        return cast("TapStream", self.streams[name])

    def sync(self) -> Output:
        """Run, however it ends."""
        return output_of(self.sync_to_end)


class CatalogTap(TapKustomer):
    """The whole tap with a catalog, but without Kustomer.

    Args:
        catalog: The document that `--catalog` would name.
        pages: What each extraction returns, by the name of its lead.
        state: The state of an earlier run.
        started: The start of the run, in milliseconds since 1970.
        config: Settings.
    """

    def __init__(
        self,
        catalog: dict[str, Any],
        pages: Mapping[str, Iterable[Page | BaseException]],
        state: dict[str, Any] | None = None,
        started: int = NOW,
        **config: Any,
    ) -> None:
        self.kustomer = FakeKustomer(pages, started=started)
        super().__init__(
            config={"api_key": "a-key", **config},
            catalog=parse_catalog(catalog),
            state=state,
            setup_mapper=False,
        )

    @cached_property
    def clock(self) -> VirtualClock:  # type: ignore[explicit-override]  # Cached properties.
        return VirtualClock(self.kustomer.started / 1000)

    @cached_property
    def context(self) -> OfflineContext:  # type: ignore[explicit-override]  # Cached properties.
        return offline_context(self._settings, self.clock, self.stop_if_asked, self.kustomer)

    def sync(self) -> Output:
        """Run, however it ends."""

        def run() -> None:
            self.setup_mapper()
            self.sync_to_end()

        return output_of(run)
