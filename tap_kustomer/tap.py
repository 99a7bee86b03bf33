"""The SDK's tap class: command line, discovery, sync.

The methods that need `tap_kustomer.sync` import it: it takes time, and `--version` can do without.
"""

from __future__ import annotations

import copy
import os
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import click
from singer_sdk.mapper import PluginMapper
from singer_sdk.singerlib.catalog import Catalog
from singer_sdk.singerlib.messages import StateMessage
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_kustomer import config as configuration
from tap_kustomer.client.allocator import set_allocator_threshold
from tap_kustomer.client.clock import SystemClock
from tap_kustomer.errors import ConfigurationError, TapKustomerError
from tap_kustomer.files import load_document, load_environment_file
from tap_kustomer.reporting.results import RunResults
from tap_kustomer.reporting.summary import write_summary_at_end
from tap_kustomer.secrecy import hide_secrets
from tap_kustomer.singer.catalog import parse_catalog, repair_catalog
from tap_kustomer.singer.flattening import flattening_of
from tap_kustomer.singer.maps import check_stream_maps, stream_maps
from tap_kustomer.singer.output.batch_files import prepare_folder
from tap_kustomer.singer.output.stdout import OutputError
from tap_kustomer.singer.output.writer import BufferedWriter
from tap_kustomer.singer.sdk import ConfigInput, SdkTap
from tap_kustomer.singer.state import normalize_state
from tap_kustomer.singer.stream import TapStream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.config import Settings
    from tap_kustomer.streams.definition import StreamDefinition
    from tap_kustomer.sync import RunContext


# Someone waits for the result of `--test`. A host that does not exist must not take minutes.
_LONGEST_TEST_RETRY: Final = 20


class _ConfigWithFiles(dict[str, Any]):
    """A configuration that knows the files that it is from."""

    files: Collection[Path] = ()


class TapKustomer(SdkTap):
    """Singer tap for Kustomer, the customer-service CRM."""

    name = "tap-kustomer"
    package_name = configuration.DISTRIBUTION
    config_jsonschema: ClassVar[dict[str, Any]] = copy.deepcopy(configuration.SCHEMA)
    # The columns of custom attributes are found by asking Kustomer.
    dynamic_catalog = True
    message_writer_class = BufferedWriter

    _settings: Settings

    def __init__(
        self,
        *,
        config: dict[str, Any] | None = None,
        catalog: Catalog | dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        # One of the files may hold the refresh token.
        self._config_files = config.files if isinstance(config, _ConfigWithFiles) else ()
        # The SDK's own catalogs are dictionaries too.
        if catalog is not None and not isinstance(catalog, Catalog):
            catalog = parse_catalog(catalog)
        super().__init__(config=config, catalog=catalog, **options)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        """Load the state of an earlier run.

        Raises:
            ConfigurationError: The state is not understood, or would make the run miss rows.
        """
        from tap_kustomer import sync  # noqa: PLC0415

        now = int(self.clock.now() * 1000)
        super().load_state(normalize_state(state, sync.replication_key_of, now=now))

    # Configuration

    @override
    def check_raw_settings(self, config: Mapping[str, Any]) -> None:
        self._settings = configuration.settings_from(config)
        if "stream_maps" in config:
            check_stream_maps(config)

    @override
    def settings_error(self, errors: list[str]) -> ConfigurationError:
        return ConfigurationError(hide_secrets("; ".join(errors), *self._settings.secrets))

    @override
    def check_completed_settings(self, config: Mapping[str, Any]) -> None:
        if config.get("flattening_enabled"):
            flattening_of(config)
        setting_names = self.config_jsonschema["properties"]
        for warning in configuration.warnings_about(config, setting_names):
            self.logger.warning(warning)

    @override
    @classmethod
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        """Read the files given as `--config`; later ones override earlier ones."""
        del ctx, param
        names = [name for name in value if name != "ENV"]
        if parse_env := "ENV" in value:
            load_environment_file()
            # The SDK adds its own settings later, but their types are needed now.
            cls.append_builtin_config(cls.config_jsonschema)
            configuration.check_environment(os.environ, cls.config_jsonschema)
        config = _ConfigWithFiles()
        config.files = [Path(name) for name in names]
        for name in names:
            config |= load_document("--config", name)
        return ConfigInput(config=config, parse_env=parse_env)

    def limit_retries(self, seconds: int) -> None:
        """Repeat a failing request for at most so long. Has no effect once `context` is made."""
        longest = min(seconds, self._settings.max_retry_seconds)
        self._settings = replace(self._settings, max_retry_seconds=longest)

    @property
    def writer(self) -> BufferedWriter:
        """The writer of messages, which the SDK knows by a more general type only."""
        return cast("BufferedWriter", self.message_writer)

    # Discovery

    @cached_property
    def clock(self) -> Clock:
        """The clock of this run."""
        return SystemClock(self.stop_if_asked)

    @cached_property
    def context(self) -> RunContext:
        """What all extractions of this run share."""
        from tap_kustomer import sync  # noqa: PLC0415

        return sync.open_context(
            self._settings, self.clock, self.stop_if_asked, config_files=self._config_files
        )

    @cached_property
    def results(self) -> RunResults:
        """The results of the streams, filled while the run lasts."""
        return RunResults()

    @override
    def discover_streams(self) -> Sequence[TapStream]:
        """Make all streams, and apply to the catalog what the tap declares."""
        streams = [self._stream(definition) for definition in self.define_streams()]
        if self.input_catalog is not None:
            for warning in repair_catalog(self.input_catalog, streams):
                self.logger.warning(warning)
        return streams

    def define_streams(self) -> Sequence[StreamDefinition]:
        """Define all streams, by the catalog or by asking Kustomer.

        Raises:
            RequestError: There is no catalog, and Kustomer can't be reached.
        """
        from tap_kustomer import sync  # noqa: PLC0415

        if self.input_catalog is None:
            return sync.define_from_api(self.context)
        return sync.define_from_catalog(self.input_catalog)

    def _stream(self, definition: StreamDefinition) -> TapStream:
        from tap_kustomer import sync  # noqa: PLC0415

        read = partial(sync.read_one_stream, self.context)
        return TapStream(self, definition, self._settings, self.writer, read)

    @property
    def selected_streams(self) -> list[TapStream]:
        """The streams that the catalog selects, or that are selected by default."""
        return [cast("TapStream", stream) for stream in self.streams.values() if stream.selected]

    @override
    def run_discovery(self) -> str:
        """Write the catalog and return it."""
        catalog: str = self.catalog_json_text
        self.writer.write_document(catalog)
        return catalog

    @override
    def setup_mapper(self) -> None:
        """Compile the stream maps, and the flattening.

        Raises:
            ConfigurationError: The settings `stream_maps` or `flattening_*` are wrong.
        """
        self.mapper = PluginMapper({}, self.logger)
        self.mapper.stream_maps = stream_maps(self.streams.values(), self.config)

    # Running

    @override
    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The SDK's command, but `--test` tests selected streams only.

        It also reads files independently of the locale.
        """
        command = super().get_singer_command()
        for number, option in enumerate(command.params):
            if option.name in {"catalog", "state"} and isinstance(option, click.Option):
                # The SDK's own options open a file in the encoding of the locale.
                command.params[number] = click.Option(
                    option.opts,
                    help=option.help,
                    # Not opened here. Shells complete the names of files.
                    type=click.Path(),
                    metavar="FILE",
                    multiple=True,
                    is_eager=option.name == "catalog",
                    callback=_load_only_file,
                )
            elif option.name == "config" and isinstance(option, click.Option):
                option.type = click.Path()
            elif option.name == "test" and isinstance(option, click.Option):
                option.help = (
                    "Use --test to see which of the selected streams can be read. "
                    "Use --test=schema to write the schemas of all streams."
                )
        return command

    @override
    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Show which streams can be read; the exit code is 1 if one can't."""
        from tap_kustomer import sync  # noqa: PLC0415

        if value in {CliTestOptionValue.Disabled.value, CliTestOptionValue.Schema.value}:
            super().cb_test(ctx, param, value)
            return
        config: ConfigInput = ctx.params.get("config") or ConfigInput()
        tap = cls(
            config=config.config,
            catalog=ctx.params.get("catalog"),
            parse_env_config=config.parse_env,
            setup_mapper=False,
        )
        tap.limit_retries(_LONGEST_TEST_RETRY)
        tap.setup_mapper()
        checks = sync.check_streams(tap.context, tap.selected_streams)
        # Standard output is for Singer messages alone.
        click.echo(sync.format_checks(checks), err=True)
        click.echo(sync.format_limits(tap.context.session.limiter), err=True)
        if caveat := tap.context.session.credential.caveat:
            click.echo(caveat, err=True)
        ctx.exit(int(any(check.readable is sync.Readable.NO for check in checks)))

    @override
    @classmethod
    def invoke(  # type: ignore[override]  # As the SDK's own Tap does.
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: ConfigInput | None = None,
        state: dict[str, Any] | None = None,
        catalog: dict[str, Any] | None = None,
    ) -> None:
        """Run what the command line asks for."""
        if about:
            super().invoke(about=about, about_format=about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        config = config or ConfigInput()
        tap = cls(
            config=config.config,
            state=state,
            catalog=catalog,
            parse_env_config=config.parse_env,
            setup_mapper=False,
        )
        context = tap.context
        try:
            with write_summary_at_end(
                tap.results, context.session.limiter, context.clock, context.settings
            ):
                # Without a catalog, this requests what the organisation has defined itself.
                tap.setup_mapper()
                tap.sync_to_end()
        finally:
            context.session.close()

    def sync_to_end(self) -> None:
        """Sync all selected streams. After an error of the tap or a signal, the state is written.

        Raises:
            TapKustomerError: The run could not be finished.
            SystemExit: A signal ended the run. The code is 128 plus the signal's number.
        """
        if self._settings.batches is not None:
            prepare_folder(self._settings.batches)
        try:
            self._sync()
        except (TapKustomerError, SystemExit):
            for stream in self.selected_streams:
                stream.rewind_to_last_file()
            # The error that ended the run is raised, even if the state can't be written.
            with suppress(OutputError):
                self._end_with_state()
            raise
        self._end_with_state()
        self.results.is_finished = True
        if failed := self.results.failed:
            raise TapKustomerError(
                f"Not read to the end: {', '.join(failed)}. {next(iter(failed.values()))}. All "
                "other streams were read: fix this, or deselect these streams"
            )

    def _sync(self) -> None:
        """Sync all selected streams: read several extractions at once and write them in turn."""
        from tap_kustomer import sync  # noqa: PLC0415

        # Write the input state first: some targets report the first STATE without waiting for
        # records.
        self.state.setdefault("bookmarks", {})
        self.state_writer.write_state(self.state)
        run_times = self.context.fix_times()
        self.writer.stop_if_asked = self.stop_if_asked
        set_allocator_threshold()
        streams = self.selected_streams
        if not streams:
            self.logger.warning(
                "No stream is selected, so there is nothing to read: select some in the catalog"
            )
        self.results.selected = [stream.name for stream in streams]
        sync.write_extractions(
            self.context,
            sync.plan_extractions(self.context, run_times, streams),
            self.results,
            write_state=self._write_state,
            before_waiting=self.writer.flush,
        )

    def _write_state(self) -> None:
        self.write_message(StateMessage(value=self.state))

    def _end_with_state(self) -> None:
        """Write the last STATE, unless the output ends with it already."""
        self.writer.end(StateMessage(value=self.state))


def _load_only_file(
    ctx: click.Context, param: click.Option, value: tuple[str, ...]
) -> dict[str, Any] | None:
    """Load the file that is given for an option."""
    del ctx
    (option,) = param.opts
    if len(value) > 1:
        raise ConfigurationError(
            f"{option}: {', '.join(value)} were given; expected one file. Leave out all but one"
        )
    return load_document(option, value[0]) if value else None
