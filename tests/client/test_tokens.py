"""Where the tokens of a sign-in are kept between runs."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from tap_kustomer.client.tokens import ConfigFile, Memory, TokenFile, Tokens
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = Tokens("second-refresh-token", "access-token", 1_700_000_000.0)


def token_file(path: Path, **more: Any) -> TokenFile:
    return TokenFile(path, **{"client_id": "a-client", "organization": "acme", **more})


def test_a_token_file_gives_what_was_saved_last(tmp_path: Path) -> None:
    token_file(tmp_path / "tokens.json").save(TOKENS)

    assert token_file(tmp_path / "tokens.json").load() == TOKENS


def test_only_its_owner_can_read_a_token_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.touch(mode=0o666)

    token_file(path).save(TOKENS)

    assert path.stat().st_mode & 0o777 == (0o600 if os.name == "posix" else 0o666)


def test_a_token_file_is_replaced_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = token_file(tmp_path / "tokens.json")
    store.save(TOKENS)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        store.save(Tokens("third-refresh-token"))

    assert store.load() == TOKENS
    assert [path.name for path in tmp_path.iterdir()] == ["tokens.json"]


def test_the_settings_refresh_token_is_used_until_there_is_a_file(tmp_path: Path) -> None:
    store = token_file(tmp_path / "tokens.json", seed="first-refresh-token")

    assert store.load() == Tokens("first-refresh-token")


def test_a_file_wins_over_the_refresh_token_that_it_began_with(tmp_path: Path) -> None:
    store = token_file(tmp_path / "tokens.json", seed="first-refresh-token")
    store.save(TOKENS)

    assert store.load() == TOKENS
    assert "first-refresh-token" not in (tmp_path / "tokens.json").read_text()


def test_a_newly_pasted_refresh_token_wins_over_the_file(tmp_path: Path) -> None:
    token_file(tmp_path / "tokens.json", seed="first-refresh-token").save(TOKENS)

    pasted = token_file(tmp_path / "tokens.json", seed="pasted-refresh-token")

    assert pasted.load() == Tokens("pasted-refresh-token")


def test_a_sign_in_is_kept_although_the_settings_have_an_older_refresh_token(
    tmp_path: Path,
) -> None:
    token_file(tmp_path / "tokens.json", seed="first-refresh-token").save(TOKENS)

    assert token_file(tmp_path / "tokens.json").load() == TOKENS


@pytest.mark.parametrize("other", [{"client_id": "another"}, {"organization": "another"}])
def test_tokens_of_another_client_or_organisation_are_not_used(
    tmp_path: Path, other: dict[str, str]
) -> None:
    token_file(tmp_path / "tokens.json", **other).save(TOKENS)

    with pytest.raises(ConfigurationError, match="holds the sign-in of another client"):
        token_file(tmp_path / "tokens.json").load()

    seeded = token_file(tmp_path / "tokens.json", seed="first-refresh-token")
    assert seeded.load() == Tokens("first-refresh-token")


def test_without_file_and_refresh_token_the_error_says_how_to_sign_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no sign-in.*tap-kustomer-login"):
        token_file(tmp_path / "tokens.json").load()


@pytest.mark.parametrize("content", ["", "[]", '{"tokens": 1}', "nonsense"])
def test_a_file_with_another_content_is_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(content)

    with pytest.raises(ConfigurationError, match="another content"):
        token_file(path, seed="first-refresh-token").load()

    assert path.read_text() == content


def test_a_folder_that_can_not_be_written_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    store = token_file(tmp_path / "a file" / "tokens.json")

    with pytest.raises(ConfigurationError, match=r"token_path.*can't be written"), store.lock():
        pass


def test_a_run_that_waits_for_another_one_logs_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tokens.json"
    other = FileLock(f"{path}.lock")
    other.acquire()

    def release(record: logging.LogRecord) -> bool:
        del record
        other.release()
        return True

    logger = logging.getLogger("tap_kustomer.client.tokens")
    logger.addFilter(release)
    try:
        with caplog.at_level(logging.INFO), token_file(path).lock():
            pass
    finally:
        logger.removeFilter(release)

    (message,) = caplog.messages
    assert message.startswith("Waiting for another run")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"refresh_token": 5}', None])
def test_a_config_file_that_loses_its_refresh_token_is_one_line(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"refresh_token": "first"}')
    store = ConfigFile.among([path])
    assert store is not None
    path.unlink() if content is None else path.write_text(content)

    with pytest.raises(ConfigurationError, match="no refresh_token any more"):
        store.load()
    with pytest.raises(ConfigurationError, match="no refresh_token any more"):
        store.save(TOKENS)


def test_a_config_file_that_can_not_be_saved_still_gives_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"refresh_token": "first"}')
    store = ConfigFile.among([path])
    assert store is not None

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        store.save(TOKENS)

    assert store.load() == Tokens("first")


def test_the_config_file_gets_the_new_refresh_token_and_keeps_all_else(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"page_size": 5, "refresh_token": "first", "other": {"x": [1.5, null]}}')
    store = ConfigFile.among([path])
    assert store is not None
    assert store.load() == Tokens("first")

    store.save(TOKENS)

    assert json.loads(path.read_text()) == {
        "page_size": 5,
        "refresh_token": "second-refresh-token",
        "other": {"x": [1.5, None]},
    }
    assert store.load() == TOKENS, "the access token is kept for this run"


def test_the_config_file_stays_as_it_is_while_the_refresh_token_does(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    content = '{ "refresh_token":"second-refresh-token" }'
    path.write_text(content)
    store = ConfigFile.among([path])
    assert store is not None

    store.save(TOKENS)

    assert path.read_text() == content


def test_only_a_single_config_file_with_a_refresh_token_is_written(tmp_path: Path) -> None:
    one, other, without = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    for path in (one, other):
        path.write_text('{"refresh_token": "first"}')
    without.write_text('{"refresh_token": null}')

    assert ConfigFile.among([one]) is not None
    assert ConfigFile.among([one, other]) is None
    assert ConfigFile.among([without]) is None
    assert ConfigFile.among([]) is None
    assert ConfigFile.among([tmp_path / "absent.json"]) is None


def test_a_refresh_token_that_is_lost_is_warned_of_once() -> None:
    warnings: list[str] = []
    store = Memory("first", lambda: warnings.append("lost"))

    store.save(Tokens("first", "access-token"))
    assert warnings == []
    store.save(TOKENS)
    store.save(Tokens("third"))

    assert warnings == ["lost"]
    assert store.load() == Tokens("third")
