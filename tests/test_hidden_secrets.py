"""Secrets are replaced in any text."""

from __future__ import annotations

from tap_kustomer.secrecy import contains_secret, hide_secrets


def test_a_secret_that_starts_like_a_token_is_hidden_to_its_end() -> None:
    secret = "eyJhbGciOiJIUzI1NiJ9+rest/of=the+secret"

    assert hide_secrets(f"It was {secret}.", secret) == "It was [secret]."


def test_of_two_secrets_the_longer_one_is_hidden_whole() -> None:
    assert hide_secrets("It was abc-123.", "abc", "abc-123") == "It was [secret]."


def test_an_address_contains_a_secret_in_any_case() -> None:
    secret = "eyJhbGciOiJIUzI1NiJ9"

    assert contains_secret(f"/v1/tags?token={secret.upper()}", ["another-long-secret", secret])
    assert not contains_secret("/v1/tags", [secret])


def test_a_short_secret_may_be_a_piece_of_an_address() -> None:
    assert not contains_secret("/v1/auth/tokens/current", ["token", ""])
