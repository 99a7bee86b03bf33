"""KObject comments: what agents write to each other about a custom object."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.derived import Derived, references, values_of
from tap_kustomer.shaping.fields import Shape, anything, array, text, to_many, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    IMPORTED_AT,
    ORG,
)
from tap_kustomer.streams.timed import timed_by_parent


class KobjectComments(KustomerStream):
    """One row for each comment on a custom object. Costs one request per changed custom object.

    Kustomer documents how a comment is written and deleted. That the same path lists comments is
    assumed, and so are the roles, which are those of notes.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "kobject_comments"
    group = Group.CUSTOM_OBJECTS
    resource_type = "comment"
    singular = "kobject_comment"
    documented = False
    assumed = True
    selected_by_default = False
    source = PerParent(parent=Kobjects.source, path="/v1/kobjects/{id}/comments")
    roles = ("org.permission.note.read", "org.user.note.read")
    shape = Shape(
        parent="kobject",
        attributes=(
            text("body", "Text of the comment."),
            array(
                "attachments",
                "Files attached to the comment; items are undocumented.",
                anything("", "One file."),
            ),
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            *DELETION,
        ),
        relationships=(
            ORG,
            to_one("kobject", "Custom object that the comment is about."),
            to_one("customer", "Customer that the custom object belongs to."),
            to_one("conversation", "Conversation that the custom object belongs to."),
            to_one("klass", "Klass of the custom object; its id is the klass's name."),
            to_one("assignedUser", "User that the custom object is assigned to."),
            to_one("assignedTeam", "Team that the custom object is assigned to."),
            to_many("userMentions", "Ids of the users and teams that the comment mentions."),
            *CREATOR_AND_EDITOR,
            DELETED_BY,
        ),
    )
    derived = timed_by_parent(
        "kobject",
        # How a team that is mentioned reads back is not documented: as in a note, so it is assumed.
        Derived(
            "kobject_comment_user_mentions",
            "One row for each user that a comment mentions.",
            (text("userId", "Id of the user."),),
            references("userMentions", named="userId", exclude=("team",)),
        ),
        Derived(
            "kobject_comment_team_mentions",
            "One row for each team that a comment mentions.",
            (text("teamId", "Id of the team."),),
            references("userMentions", named="teamId", only=("team",)),
        ),
        values_of(
            "kobject_comment_attachments",
            "attachments",
            text("attachment", "The file; as JSON if it is not a string."),
            "One row for each file attached to a comment.",
        ),
    )
    joins = (Join("klass_id", "klasses.name"),)
