"""The address of an organisation's API, and which addresses may get the credential."""

from __future__ import annotations

import pytest

from tap_kustomer.client.hosts import checked_url, organization_url, same_origin, subdomain


@pytest.mark.parametrize(
    "given",
    [
        "acme",
        "ACME",
        " acme ",
        "acme.kustomerapp.com",
        "acme.api.kustomerapp.com",
        "https://acme.kustomerapp.com",
        "https://acme.kustomerapp.com/app/customers/123?tab=1",
        "https://acme.api.kustomerapp.com/v1",
    ],
)
def test_an_organisation_is_given_as_its_subdomain_or_any_of_its_addresses(given: str) -> None:
    assert organization_url(subdomain(given)) == "https://acme.api.kustomerapp.com"


@pytest.mark.parametrize(
    "given",
    ["", "api", "api.kustomerapp.com", "acme.example.com", "a_b", "acme.kustomerapp.com.evil.com"],
)
def test_a_text_that_names_no_organisation_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="subdomain"):
        subdomain(given)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://proxy.example.com", "https://proxy.example.com"),
        ("https://proxy.example.com/kustomer/v1/", "https://proxy.example.com/kustomer"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://localhost:8765/", "http://localhost:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_an_api_url_uses_https_or_loopback(given: str, base: str) -> None:
    assert checked_url(given) == base


@pytest.mark.parametrize(
    "given",
    [
        "http://proxy.example.com",
        "http://127.0.0.1.evil.com",
        "http://10.0.0.1",
        "ftp://localhost",
        "proxy.example.com",
        "https://user:secret@proxy.example.com",
        "https://",
    ],
)
def test_an_api_url_that_would_expose_the_key_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="https"):
        checked_url(given)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://a.example/v1/x", True),
        ("https://a.example:443/v1/x", True),
        ("https://A.example/v1", True),
        ("https://a.example:8443/v1", False),
        ("http://a.example/v1", False),
        ("https://b.example/v1", False),
        ("https://a.example.evil.com/v1", False),
        ("https://a.example@evil.com/v1", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, same: bool) -> None:
    assert same_origin(url, "https://a.example") is same
