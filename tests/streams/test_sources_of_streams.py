"""Where the rows of the smaller tables are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.samples.documents import CONVERSATION
from tap_kustomer.reading.sources import Concatenation, PagedList, PerParent, Search
from tap_kustomer.resource import PARENT
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.company_hierarchy import CompanyHierarchy
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.customer_session_events import session_of
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.knowledge_base_article_versions import KnowledgeBaseArticleVersions
from tap_kustomer.streams.kobjects import Kobjects, define_klass
from tap_kustomer.streams.satisfaction_responses import response_of
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.snoozes import Snoozes

if TYPE_CHECKING:
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.streams.base import KustomerStream


# The parameters that lists take to show what they hide by default
# (https://developer.kustomer.com/api).
ASKED_FOR: dict[str, list[dict[str, str]]] = {
    "business_holidays": [{"include": "holidays"}],
    "klasses": [{"status": "enabled"}, {"status": "existing_only"}, {"status": "disabled"}],
    "kviews": [{}, {"appDisabled": "true"}],
    "queues": [{}, {"all": "true"}, {"system": "true"}],
    "saved_searches": [{"filter": "all"}],
    "shortcuts": [{"deleted": "all"}],
    "slas": [{"versions": "all"}],
    "snoozes": [
        {},
        {"resource": "conversation"},
        {"resource": "kobject"},
        {"resource": "kobject", "klassId": "{id}"},
    ],
    "spam_senders": [{"includeDeleted": "true"}],
    "sub_statuses": [{"resource": "conversation"}, {"resource": "kobject"}],
    "teams": [{}, {"deleted": "true"}],
    "users": [{"deleted": "false"}, {"deleted": "true"}],
}

# Without these parameters a list is not complete in any case, or not answered at all.
NEEDED = {"klasses", "slas", "sub_statuses", "users"}


def lists_of(source: Source) -> list[PagedList | PerParent]:
    """The lists that a source is read from, and for a row of each schedule its parents'."""
    match source:
        case Concatenation():
            return [one for part in source.sources for one in lists_of(part)]
        case PerParent(included_type=str(), parent=PagedList() as parent):
            return [parent]
        case PagedList() | PerParent():
            return [source]
    return []


def asked_for(source: Source) -> list[dict[str, str]]:
    return [
        {**params}
        for listed in lists_of(source)
        for params in (listed.variants if isinstance(listed, PagedList) else (listed.params,))
    ]


@pytest.mark.parametrize("table", ASKED_FOR)
def test_a_list_is_asked_for_what_it_hides_by_default(table: str) -> None:
    (stream,) = (one for one in STREAMS if one.name == table)

    assert asked_for(stream.source) == ASKED_FOR[table]


@pytest.mark.parametrize("table", [table for table in ASKED_FOR if table not in NEEDED])
def test_a_list_that_refuses_to_show_more_is_read_without(table: str) -> None:
    (stream,) = (one for one in STREAMS if one.name == table)

    for listed in lists_of(stream.source):
        if isinstance(listed, PagedList):
            assert listed.optional_params == {name for params in listed.variants for name in params}
        else:
            assert listed.may_be_refused


def test_an_option_that_only_a_klass_has_is_for_that_klass() -> None:
    option = {"id": "s", "attributes": {"name": "Later"}, PARENT: {"id": "k"}}
    assert Snoozes.prepare is not None

    (found,) = Snoozes.prepare(option)

    assert found == {"id": "s", "attributes": {"name": "Later", "klassId": "k"}}


def test_a_child_of_a_company_is_an_edge_of_the_hierarchy() -> None:
    above = {"id": "a", "type": "company", "updatedAt": None}
    edge = {"id": "e", "type": "kedge", "attributes": {"sourceId": "a", "targetId": "b"}}
    child = {"id": "b", "type": "company", "attributes": {"name": "Cheerios"}}
    assert CompanyHierarchy.prepare is not None

    (as_edge,) = CompanyHierarchy.prepare({**edge, PARENT: above})
    (as_company,) = CompanyHierarchy.prepare({**child, PARENT: above})

    assert as_edge == {**edge, PARENT: above}
    assert as_company["attributes"] == edge["attributes"]
    assert as_company["id"] == "b"


def test_versions_come_with_their_agreements() -> None:
    assert SlaVersions.source is Slas.source
    assert not set(Slas.types) & set(SlaVersions.types)


def per_parent() -> dict[type[KustomerStream], PerParent]:
    return {stream: stream.source for stream in STREAMS if isinstance(stream.source, PerParent)}


@pytest.mark.parametrize("stream", per_parent(), ids=lambda stream: stream.name)
def test_a_table_that_costs_a_request_for_each_row_of_another_says_so(
    stream: type[KustomerStream],
) -> None:
    assert "Costs one request per" in (stream.__doc__ or "")


@pytest.mark.parametrize(
    "klass", [{}, {"attributes": None}, {"attributes": {}}, {"attributes": {"name": ""}}], ids=str
)
def test_a_klass_without_a_name_has_neither_a_list_of_objects_nor_metadata(
    klass: dict[str, Any],
) -> None:
    objects = Kobjects.source.fallback
    metadata = CustomAttributeMetadata.source.sources[-1]

    assert isinstance(objects, PerParent)
    assert isinstance(metadata, PerParent)
    assert objects.path_id(klass) is None
    assert metadata.path_id(klass) is None


def test_objects_are_listed_by_the_name_of_their_klass() -> None:
    one, every = define_klass("kobject_a_b", "a/b").own_source, Kobjects.source

    assert isinstance(one, Search)
    assert one.fallback == PagedList("/v1/klasses/a%2Fb")
    assert isinstance(every.fallback, PerParent)
    assert every.fallback.parent == Klasses.source
    assert every.fallback.path_id({"id": "1", "attributes": {"name": "order"}}) == "order"


def test_only_schedules_are_few_enough_to_ask_for_each_by_default() -> None:
    assert [stream for stream in per_parent() if stream.selected_by_default] == [BusinessHolidays]


@pytest.mark.parametrize("stream", per_parent(), ids=lambda stream: stream.name)
def test_a_path_names_the_parent_and_where_there_is_one_its_own_parent(
    stream: type[KustomerStream],
) -> None:
    source = per_parent()[stream]
    nested = isinstance(source.parent, PerParent)

    assert "{id}" in source.path or source.shared is not None
    assert ("{part}" in source.path) == (stream is KnowledgeBaseArticleVersions)
    assert ("{parent_id}" in source.path) == nested
    assert stream.shape.parent


def test_events_of_a_session_are_asked_for_by_its_session_id() -> None:
    session = {"id": "58290fb4cca9b0a5e0189628", "attributes": {"sessionId": "58290fb391113b19"}}

    assert session_of(session) == "58290fb391113b19"
    assert session_of({"id": "58290fb4cca9b0a5e0189628"}) == "58290fb4cca9b0a5e0189628"


def test_a_conversation_names_the_response_to_its_survey() -> None:
    assert response_of({"attributes": {"satisfactionLevel": {"formResponse": "r1"}}}) == "r1"


@pytest.mark.parametrize(
    "attributes",
    [None, {}, {"satisfactionLevel": None}, {"satisfactionLevel": {}}, {"satisfactionLevel": 1}]
    + [{"satisfactionLevel": {"formResponse": response}} for response in (None, "", 7)],
    ids=str,
)
def test_a_conversation_without_a_response_is_not_asked_about(attributes: Any) -> None:
    assert response_of({"id": CONVERSATION, "attributes": attributes}) is None
