"""What an organisation has defined itself: requested from Kustomer, or found in a catalog."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import msgspec
import pytest

from support.offline_tap import FakeKustomer, offline_context
from support.readers import reader_of
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    InvalidCredentialError,
    MissingError,
    OversizedError,
    PagingError,
    RefusedError,
    RequestError,
    WrongResponseError,
)
from tap_kustomer.client.session import Body
from tap_kustomer.client.workers import Workers
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.kobjects import stream_names
from tap_kustomer.streams.roles import METADATA_ROLES
from tap_kustomer.sync.discovery import Klass, OrganizationMetadata, fetch_metadata
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Request
    from tap_kustomer.sync.context import RunContext

T = TypeVar("T")

FORBIDDEN = AccessError("GET /v1/metadata/customer: HTTP 403: forbidden")


def klass(name: Any, created: str = "2024-01-01T00:00:00.000Z", **more: Any) -> dict[str, Any]:
    attributes = {"name": name, "createdAt": created, **more}
    return {"type": "klass", "id": str(name), "attributes": attributes}


def metadata(**kinds: str) -> dict[str, Any]:
    properties = {name: {"type": kind, "displayName": name} for name, kind in kinds.items()}
    return {"data": {"type": "metadata", "attributes": {"properties": properties}}}


@dataclass
class Answers:
    """Replaces a session. It returns or raises what it has for a path."""

    answers: dict[str, Any]
    base_url: str = "https://acme.api.kustomerapp.com"
    credential: ClassVar = SimpleNamespace(name="the access token")
    asked: list[str] = field(default_factory=list)

    def send(self, request: Request, read: Callable[[Body], T]) -> T:
        self.asked.append(request.path)
        answer = self.answers[request.path]
        if isinstance(answer, Exception):
            raise answer
        return read(Body(msgspec.json.encode(answer)))


@dataclass
class Story:
    """One discovery."""

    answers: dict[str, Any]
    key_is_good: bool = True
    checks: int = 0

    def discover(self) -> OrganizationMetadata:
        self.session = Answers(self.answers)
        context = SimpleNamespace(
            session=self.session,
            workers=Workers(2, lambda: None),
            reader=lambda _: reader_of(self.session),
            check_credential=self._check_credential,
        )
        return fetch_metadata(cast("RunContext", context), ["customer", "message"])

    def _check_credential(self) -> None:
        self.checks += 1
        if not self.key_is_good:
            raise InvalidCredentialError("Kustomer does not accept the API key")


def organisation(*klasses: dict[str, Any], **more: Any) -> dict[str, Any]:
    answers = {
        "/v1/klasses": {"data": list(klasses), "links": {"next": None}},
        "/v1/metadata/customer": metadata(vipBool="boolean"),
        "/v1/metadata/message": metadata(),
    }
    for one in klasses:
        if isinstance(one["attributes"], dict):
            name = one["attributes"].get("name")
            answers[f"/v1/metadata/kobject.{name}"] = metadata(sizeNum="number")
    return {**answers, **{path.replace("__", "/"): answer for path, answer in more.items()}}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


# Klasses


def test_each_klass_is_found_with_its_title_and_its_custom_attributes() -> None:
    found = Story(organisation(klass("order", displayName="Orders"))).discover()

    assert found.klasses == (Klass("order", "Orders"),)
    assert [one.source for one in found.custom["kobject.order"]] == ["sizeNum"]
    assert [one.source for one in found.custom["customer"]] == ["vipBool"]
    assert found.custom["message"] == ()


def test_the_name_of_a_klass_is_quoted_in_a_path() -> None:
    answers = organisation(klass("a/b?c d"))
    answers["/v1/metadata/kobject.a%2Fb%3Fc%20d"] = answers.pop("/v1/metadata/kobject.a/b?c d")

    found = Story(answers).discover()

    assert [one.source for one in found.custom["kobject.a/b?c d"]] == ["sizeNum"]


def test_the_title_of_a_klass_is_written_as_json_if_it_is_not_a_string() -> None:
    found = Story(organisation(klass("order", displayName={"aKey": True}))).discover()

    assert found.klasses == (Klass("order", '{"aKey":true}'),)


def test_klasses_come_in_an_order_that_a_new_one_does_not_change() -> None:
    old = klass("order", "2024-01-01T00:00:00.000Z"), klass("Order", "2024-01-02T00:00:00.000Z")
    new = klass("ORDER", "2024-01-03T00:00:00.000Z")

    before = Story(organisation(old[1], old[0])).discover().klasses
    after = Story(organisation(new, old[1], old[0])).discover().klasses

    assert [one.name for one in before] == ["order", "Order"]
    assert after[: len(before)] == before


@pytest.mark.parametrize(
    "odd",
    [klass(None), klass(17), {"type": "klass", "id": "x", "attributes": None},
     {"type": "klass", "id": "x", "attributes": ["order"]}, {"type": "klass", "id": "x"}],
    ids=["null", "a number", "no attributes", "a list", "nothing"],
)  # fmt: skip
def test_a_klass_without_a_name_is_passed_over(odd: dict[str, Any]) -> None:
    answers = organisation(klass("order"))
    answers["/v1/klasses"]["data"].append(odd)

    assert [one.name for one in Story(answers).discover().klasses] == ["order"]


@pytest.mark.parametrize(
    "error",
    [
        FORBIDDEN,
        MissingError("HTTP 404"),
        RefusedError("HTTP 400"),
        OversizedError("has more than 500 MB"),
        PagingError("leads in a circle"),
    ],
    ids=["no role", "not there", "refused", "too large", "endless"],
)
def test_klasses_that_can_t_be_listed_are_a_warning(
    caplog: pytest.LogCaptureFixture, error: RequestError
) -> None:
    found = Story({**organisation(), "/v1/klasses": error}).discover()

    assert found.klasses == ()
    assert "customer" in found.custom
    (warning,) = warnings(caplog)
    assert str(error) in warning


def test_klasses_are_used_even_if_their_list_is_short(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = organisation(klass("order"))
    answers["/v1/klasses"]["meta"] = {"total": 2}

    found = Story(answers).discover()

    assert [one.name for one in found.klasses] == ["order"]
    assert any("Some klasses" in warning for warning in warnings(caplog))


def test_klasses_that_came_before_the_list_could_not_be_read_further_are_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = organisation(klass("order"))
    answers["/v1/klasses"]["links"]["next"] = "/v1/klasses?page=2"

    found = Story(answers).discover()

    assert [one.name for one in found.klasses] == ["order"]
    assert any("Some klasses may have no stream" in warning for warning in warnings(caplog))


# Metadata


def test_without_the_role_for_metadata_attributes_stay_untyped_and_one_warning_names_the_roles(
    caplog: pytest.LogCaptureFixture,
) -> None:
    story = Story(
        organisation(
            klass("order"),
            **{
                "/v1/metadata/customer": FORBIDDEN,
                "/v1/metadata/message": FORBIDDEN,
                "/v1/metadata/kobject.order": FORBIDDEN,
            },
        )
    )

    found = story.discover()

    assert found == OrganizationMetadata((Klass("order"),), {})
    assert story.checks == 1
    (warning,) = warnings(caplog)
    assert all(role in warning for role in METADATA_ROLES)
    assert "as the access token has none of the roles" in warning
    assert "403" in warning


@pytest.mark.parametrize(
    "error",
    [MissingError("HTTP 404"), RefusedError("HTTP 400"), OversizedError("500 MB")],
    ids=str,
)
def test_a_resource_without_metadata_is_a_warning_and_the_others_are_typed(
    caplog: pytest.LogCaptureFixture, error: RequestError
) -> None:
    found = Story({**organisation(), "/v1/metadata/message": error}).discover()

    assert found.custom.keys() == {"customer"}
    (warning,) = warnings(caplog)
    assert "message" in warning
    assert str(error) in warning


@pytest.mark.parametrize(
    "document",
    [{"data": None}, {"data": []}, {"data": {"attributes": None}}, {"data": {"attributes": {}}}],
    ids=str,
)
def test_metadata_without_properties_means_no_custom_attributes(document: dict[str, Any]) -> None:
    found = Story({**organisation(), "/v1/metadata/message": document}).discover()

    assert found.custom["message"] == ()


def test_metadata_whose_properties_are_no_object_is_a_wrong_response() -> None:
    odd = {"data": {"attributes": {"properties": ["vipBool"]}}}

    with pytest.raises(WrongResponseError):
        Story({**organisation(), "/v1/metadata/message": odd}).discover()


# Errors that end the discovery


@pytest.mark.parametrize("path", ["/v1/klasses", "/v1/metadata/customer"])
@pytest.mark.parametrize(
    "error", [InvalidCredentialError("401"), GaveUpError("503")], ids=["401", "503"]
)
def test_an_error_that_ends_any_run_ends_the_discovery(path: str, error: RequestError) -> None:
    with pytest.raises(type(error)):
        Story({**organisation(), path: error}).discover()


@pytest.mark.parametrize("path", ["/v1/klasses", "/v1/metadata/customer"])
def test_a_refusal_is_taken_for_a_missing_role_only_if_the_key_is_good(path: str) -> None:
    with pytest.raises(InvalidCredentialError):
        Story({**organisation(), path: FORBIDDEN}, key_is_good=False).discover()


# Streams


class DiscoveringTap(TapKustomer):
    """The tap, without Kustomer."""

    found = OrganizationMetadata()

    @cached_property
    def context(self) -> RunContext:  # type: ignore[explicit-override]  # Cached properties.
        return offline_context(self._settings, self.clock, self.stop_if_asked, FakeKustomer())


def tap_of(
    monkeypatch: pytest.MonkeyPatch, *klasses: Klass, catalog: dict[str, Any] | None = None
) -> TapKustomer:
    def found(context: RunContext, resources: list[str]) -> OrganizationMetadata:
        del context
        assert catalog is None, "a catalog knows what there is"
        assert {"company", "conversation", "customer", "message"} == set(resources)
        return OrganizationMetadata(klasses)

    monkeypatch.setattr("tap_kustomer.sync.definitions.fetch_metadata", found)
    return DiscoveringTap(config={"api_key": "a-key"}, catalog=catalog)


def klass_tables(tap: TapKustomer) -> dict[str, str]:
    """The streams of single klasses, and the types of their resources."""
    return {
        definition.name: definition.types[0]
        for definition in tap.define_streams()
        if definition.own_source is not None
    }


NAMES = ("order", "Order", "e-commerce.return", "3PL", "tags", "ids")
TABLES = {
    "kobject_order": "kobject.order",
    "kobject_order_5e49f28f": "kobject.Order",
    "kobject_e_commerce_return": "kobject.e-commerce.return",
    "kobject_3_pl": "kobject.3PL",
    "kobject_tags_5227b03a": "kobject.tags",
    "kobject_ids_f14abed7": "kobject.ids",
}


def test_each_klass_has_a_stream_with_a_unique_name(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = tap_of(monkeypatch, *(Klass(name) for name in NAMES))

    assert klass_tables(tap) == TABLES
    assert {stream.name for stream in STREAMS} <= tap.streams.keys()


def test_the_name_of_a_klass_s_stream_does_not_depend_on_the_order() -> None:
    names = ("Order", "order", "ORDER", "e-commerce.return")

    assert stream_names(names) == stream_names(reversed(names))
    assert stream_names(names)["order"] == "kobject_order"


@pytest.mark.parametrize("klass", ["customerLoyaltyProgramme" * 4, "größe" * 20, "注文" * 30])
def test_the_name_of_a_klass_s_stream_has_at_most_63_bytes(klass: str) -> None:
    names = stream_names([klass, f"{klass}2"])

    assert len(set(names.values())) == 2
    assert all(len(name.encode()) <= 63 for name in names.values())
    assert all(name.startswith("kobject_") for name in names.values())


def test_with_a_catalog_the_streams_of_klasses_take_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalog = tap_of(monkeypatch, *(Klass(name) for name in NAMES)).catalog_dict

    later = tap_of(monkeypatch, catalog=catalog)

    assert klass_tables(later) == TABLES
    assert later.catalog_dict == catalog


def test_a_declared_stream_is_not_taken_for_that_of_a_klass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalog = tap_of(monkeypatch, Klass("order")).catalog_dict
    (kobjects,) = (one for one in catalog["streams"] if one["tap_stream_id"] == "kobjects")
    kobjects["schema"]["properties"]["type"]["enum"] = ["kobject.order", "kobject.return"]

    assert klass_tables(tap_of(monkeypatch, catalog=catalog)) == {"kobject_order": "kobject.order"}


def test_other_streams_in_a_catalog_are_not_taken_for_those_of_klasses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalog = tap_of(monkeypatch, Klass("order")).catalog_dict
    stranger = {
        "tap_stream_id": "stranger",
        "schema": {"properties": {"id": {"type": "string"}, "type": {"type": "string"}}},
        "metadata": [],
    }
    catalog["streams"].append(stranger)

    assert klass_tables(tap_of(monkeypatch, catalog=catalog)) == {"kobject_order": "kobject.order"}
