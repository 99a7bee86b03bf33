"""Satisfaction responses: what customers answered to surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.derived import Derived, objects
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    number,
    text,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, ORG
from tap_kustomer.streams.timed import timed_by_parent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def response_of(conversation: Mapping[str, Any]) -> str | None:
    """The id of the customer's response to the survey after a conversation, if there is one."""
    match conversation:
        case {"attributes": {"satisfactionLevel": {"formResponse": str(response)}}} if response:
            return response
    return None


def _answers(response: Resource) -> Items:
    """The answers; one that is a text alone has no question."""
    return [
        item if isinstance(item, dict) else {"answer": item}
        for item in objects("answers")(response)
    ]


class SatisfactionResponses(KustomerStream):
    """One row for each response to a survey. Costs one request per conversation that has one.

    `conversations.satisfaction_level` holds rating, score and first answer at no cost.
    Kustomer documents the single response, but not that a conversation's `formResponse` is its
    id.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "satisfaction_responses"
    group = Group.SERVICE
    resource_type = "satisfaction_response"
    singular = "satisfaction_response"
    documented = False
    assumed = True
    selected_by_default = False
    source = PerParent(
        parent=Conversations.source, path="/v1/satisfaction-responses/{id}", path_id=response_of
    )
    roles = (
        "org.permission.satisfaction_response.read",
        "org.permission.satisfaction.read",
        "org.user.satisfaction.read",
    )
    shape = Shape(
        parent="conversation",
        attributes=(
            text("status", "State: offered, rated, commented, canceled or unresponded."),
            number("rating", "Rating that the customer gave, 0 to 10."),
            number("score", "Score that follows from the rating: 0 or 1."),
            array(
                "answers",
                "Answers to the follow-up questions.",
                anything("", "One answer: a text, or an object with id, prompt and answer."),
            ),
            text("formType", "Kind of survey, such as csat."),
            text("channel", "Channel through which the survey was sent."),
            text("app", "App that sent the survey."),
            text("followupAnswer", "Customer's further remark."),
            time("scheduledFor", "When the survey was due to be sent."),
            time("sentAt", "When the survey was sent."),
            time("firstReadAt", "When the customer first opened the survey."),
            time("submittedAt", "When the customer responded."),
            time("completedAt", "When the customer completed the survey."),
            time("lockedAt", "When the response was closed to changes."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer who responded."),
            to_one("conversation", "Conversation that the survey was about."),
            to_one("satisfaction", "Survey that the customer responded to."),
            to_one("sentBy", "User on whose behalf the survey was sent."),
        ),
    )
    derived = timed_by_parent(
        "conversation",
        Derived(
            "satisfaction_response_answers",
            "One row for each answer to a follow-up question.",
            (
                text("id", "Id of the question."),
                text("prompt", "Text of the question."),
                text("answer", "What the customer answered; as JSON if it is not a string."),
            ),
            _answers,
        ),
    )
