"""Satisfactions: the surveys that ask customers how satisfied they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, values
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    integer,
    number,
    structure,
    text,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, conditions

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items

_LISTS: Final = ("questions", "positiveQuestions", "negativeQuestions", "allQuestions")


def _questions(survey: Resource) -> Items:
    """The follow-up questions of all lists, each with the name of its list."""
    return [
        {"list": name, **question}
        for name in _LISTS
        for question in values(name, named="question")(survey)
    ]


class Satisfactions(KustomerStream):
    """One row for each survey; what customers answered is in `conversations.satisfaction_level`.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "satisfactions"
    group = Group.SERVICE
    resource_type = "satisfaction"
    foreign_keys = ("satisfaction_id",)
    singular = "satisfaction"
    source = PagedList("/v1/satisfaction")
    roles = ("org.permission.satisfaction.read", "org.user.satisfaction.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the survey."),
            text("formType", "Kind of survey, such as csat."),
            boolean("enabled", "Whether the survey is in use."),
            text("channel", "Channel through which the survey is sent."),
            text("description", "What the survey is for."),
            structure(
                "from",
                "Who sends the survey.",
                text("channel", "Channel of the sender."),
                text("account", "Address or number of the sender."),
                text("app", "App that sends it."),
            ),
            text("metaTitle", "Title of the survey's page."),
            text("metaDescription", "Description of the survey's page."),
            number(
                "delayTime",
                "Delay between the end of the conversation and the survey; unit undocumented.",
            ),
            structure(
                "scale",
                "Ratings that can be given.",
                integer("options", "Number of ratings to choose from."),
                text("type", "How ratings are shown, such as number."),
                text("labelHigh", "Label of the best rating."),
                text("labelLow", "Label of the worst rating."),
            ),
            text("introduction", "Text before the survey."),
            text("ratingPrompt", "Question that asks for the rating."),
            array(
                "questions",
                "Follow-up questions; items are undocumented.",
                anything("", "One question."),
            ),
            array(
                "positiveQuestions",
                "Follow-up questions after a good rating.",
                anything("", "One question."),
            ),
            array(
                "negativeQuestions",
                "Follow-up questions after a bad rating.",
                anything("", "One question."),
            ),
            array(
                "allQuestions",
                "Follow-up questions after any rating.",
                anything("", "One question."),
            ),
            text("followUpType", "Whether follow-up questions depend on the rating."),
            structure(
                "criteria",
                "Conditions for sending the survey.",
                conditions("and", "Conditions that must all hold."),
                conditions("or", "Conditions of which one must hold."),
            ),
            *CREATION_AND_CHANGE,
            time("modified", "The same as modified_at, as some surveys spell it."),
        ),
        relationships=(
            ORG,
            to_one("template", "Template that the survey was made from."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = (
        Derived(
            "satisfaction_questions",
            "One row for each follow-up question of a survey, in each list that contains it.",
            (
                text("list", f"Name of the list that contains it: {', '.join(_LISTS)}."),
                text("question", "The question; as JSON if it is not a string."),
            ),
            _questions,
        ),
    )
    joins = (
        Join("template_id", None),  # Kustomer has no list of templates.
    )
