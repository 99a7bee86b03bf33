"""The tap in this process, without rate limits, so that a run takes little time."""

from __future__ import annotations

import io
import itertools
import json
import logging
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from singer_sdk.plugin_base import _ConfigInput
from typing_extensions import override

from support.signal_handlers import signals_kept
from support.singer_output import Output
from tap_kustomer.client.documents import replace_nulls
from tap_kustomer.client.limits import Limiter
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustomer_sandbox import Sandbox
    from support.singer_output import Catalog, State
    from tap_kustomer.client.limits import BudgetKind
    from tap_kustomer.sync.context import RunContext


class _Unlimited(Limiter):
    """Lets every request go at once."""

    @override
    def wait(self, kind: BudgetKind) -> float:
        """Wait for nothing."""
        return 0.0


class HurriedTap(TapKustomer):
    """The tap, without rate limits."""

    @cached_property
    def context(self) -> RunContext:  # type: ignore[explicit-override]  # Cached properties.
        context = super().context
        context.session.limiter = _Unlimited(context.clock, 1.0)
        return context


class TapOfLater(HurriedTap):
    """A tap whose runs begin a second apart, so that the versions of a table differ."""

    _starts = itertools.count(1_700_000_000_000, 1_000)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._start = next(self._starts)
        super().__init__(*arguments, **named)

    @property
    def initialized_at(self) -> int:  # type: ignore[explicit-override]  # The SDK has no override.
        return self._start


@dataclass(frozen=True)
class InProcess:
    """Runs the tap against a sandbox.

    Attributes:
        sandbox: A running one.
        tap_class: The tap, or a variant of it.
    """

    sandbox: Sandbox
    tap_class: type[TapKustomer] = HurriedTap

    def __call__(
        self, *, state: State | None = None, catalog: Catalog | None = None, **config: Any
    ) -> Output:
        """Run it to its end; `config` is added to the address and the key."""
        settings = {"api_url": self.sandbox.url, "api_key": self.sandbox.api_key, **config}
        return output_of(
            lambda: self.tap_class.invoke(
                config=_ConfigInput(config=settings),
                state=_as_loaded(state),
                catalog=_as_loaded(catalog),
            )
        )

    def discover(self) -> Catalog:
        """The catalog that the tap would write now."""
        settings = {"api_url": self.sandbox.url, "api_key": self.sandbox.api_key}
        with signals_kept():
            catalog: Catalog = self.tap_class(config=settings).catalog_dict
        return catalog


def _as_loaded(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """A document as it comes from a file: with lists for tuples, and the tap's own to change."""
    loaded: dict[str, Any] | None = json.loads(replace_nulls(json.dumps(document).encode()))
    return loaded


def output_of(run: Callable[[], None]) -> Output:
    """What a run writes and logs, and the code that the command would end with."""
    code = 0
    with _logged() as log, _written() as written, signals_kept():
        try:
            run()
        except TapKustomerError as error:
            TapKustomer.logger.error("%s", error)  # As the command does.
            code = 1
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Output(code, written.getvalue(), log.getvalue())


@contextmanager
def _logged() -> Iterator[io.StringIO]:
    """What is logged, in the form that the command logs it."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(
        logging.Formatter("%(asctime)s | %(levelname)-8s | %(name)s | %(message)s")
    )
    loggers = [logging.getLogger(name) for name in (TapKustomer.name, "tap_kustomer")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        yield log
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


@contextmanager
def _written() -> Iterator[io.BytesIO]:
    """What is written to standard output."""
    written = io.BytesIO()
    with redirect_stdout(io.TextIOWrapper(written, write_through=True)) as stream:
        yield written
        stream.detach()
