"""The command in this process, for what does not depend on a process of its own."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from weakref import WeakValueDictionary

from typing_extensions import override

from support.signal_handlers import signals_kept
from support.singer_output import Output, Runner
from support.tap_process import environment
from tap_kustomer.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def run_command(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Output:
    """Run the command to its end, as `support.tap_process.start` does in another process."""
    output, log = io.BytesIO(), io.BytesIO()
    code: object = 0
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, environment(**(env or {})), clear=True))
        stack.enter_context(patch.object(sys, "argv", ["tap-kustomer", *map(str, arguments)]))
        stack.enter_context(chdir(cwd))
        stack.enter_context(signals_kept())
        stack.enter_context(_logging_kept())
        stack.enter_context(redirect_stdout(_text(output, stack)))
        stack.enter_context(redirect_stderr(_text(log, stack)))
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return Output(code, output.getvalue(), log.getvalue().decode())


@dataclass(frozen=True)
class RunnerInProcess(Runner):
    """Runs the command against one address, in this process."""

    @override
    def __call__(
        self, *arguments: str, env: Mapping[str, str] | None = None, **given: Any
    ) -> Output:
        """Run it to its end."""
        directory, named = self.prepare(**given)
        return run_command(*named, *arguments, cwd=directory, env=env)


def _text(content: io.BytesIO, stack: ExitStack) -> io.TextIOWrapper:
    """A standard stream that writes into `content`, which stays open."""
    stream = io.TextIOWrapper(content, encoding="utf-8", write_through=True)
    stack.callback(stream.detach)
    return stream


@contextmanager
def _logging_kept() -> Iterator[None]:
    """Restore in the end the logging that the command configures."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in root.manager.loggerDict)]
    factory = logging.getLogRecordFactory()
    before = [(logger, logger.level, logger.handlers[:], logger.disabled) for logger in loggers]
    # In a new process there are none.
    root.handlers.clear()
    with (
        # A configuration closes the handlers that it finds here.
        patch.object(logging, "_handlers", WeakValueDictionary()),
        patch.object(logging, "_handlerList", []),
    ):
        try:
            yield
        finally:
            logging.setLogRecordFactory(factory)
            for logger, level, handlers, is_disabled in before:
                logger.setLevel(level)
                logger.handlers[:] = handlers
                logger.disabled = is_disabled
