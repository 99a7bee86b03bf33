"""Each column of Stitch's integration has a counterpart of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.messages import Messages
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.shortcuts import Shortcuts
from tap_kustomer.streams.teams import Teams

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


# The columns of Stitch's Kustomer integration, version 1, without `id` and `updated_at`, which all
# of them have. Its page lists five more for messages: description, icon, images, klass and title.
# They come from a copy of the kobjects schema in that tap and are never filled, so no message of
# ours has them.
STITCH_COLUMNS: dict[type[KustomerStream], str] = {
    Conversations: """
        assigned_teams assigned_users channels created_at created_by custom customer direction
        done_count ended ended_at ended_by ended_by_type ended_reason external_id first_done
        first_message_in first_message_out first_response first_response_since_last_done
        imported_at last_activity_at last_done last_message_at last_message_direction
        last_message_in last_message_out last_message_unresponded_to
        last_message_unresponded_to_since_last_done last_received_at last_response links
        merged_target message_count modified_at modified_by name note_count org
        outbound_message_count preview priority queue reopen_count rev role_group_versions
        satisfaction satisfaction_level sla sla_data sla_version snooze snooze_count status
        suggested_shortcuts suggested_tags tags total_done total_open total_snooze type
    """,
    Customers: """
        active_users avatar_url birthday_at conversation_counts created_at created_by custom
        deleted display_color display_icon display_name emails external_id external_ids
        facebook_ids first_name gender imported_at instagram_ids last_activity_at
        last_conversation last_customer_activity_at last_message_at last_message_in
        last_message_out last_message_unresponded_to last_name last_seen_at links locale
        locations modified_at modified_by name org phones preview progressive_status recent_items
        recent_location rev role_group_versions satisfaction_level sentiment shared_emails
        shared_external_ids shared_phones shared_socials signed_up_at smooch_ids socials tags
        time_zone type urls username verified watchers whatsapps
    """,
    Kobjects: """
        created_at custom customer description external_id icon klass links org title type
    """,
    Messages: "created_at custom customer external_id links org tags type",
    Notes: """
        body conversation created_at created_by customer deleted deleted_at deleted_by external_id
        imported_at links modified_at modified_by org type user_mentions
    """,
    Shortcuts: """
        conversation created_at created_by deleted draft is_private links modified_at modified_by
        name org payload type
    """,
    Teams: """
        created_at created_by deleted deleted_at deleted_by display_name icon links members
        modified_at modified_by name org role_groups type
    """,
}


@pytest.mark.parametrize("stream", STITCH_COLUMNS, ids=lambda stream: stream.name)
def test_every_column_that_stitch_documents_exists(stream: type[KustomerStream]) -> None:
    documented = {"id", "updated_at", *STITCH_COLUMNS[stream].split()}

    assert documented <= record_schema(stream.shape)["properties"].keys()


def test_columns_that_stitch_copied_to_messages_by_mistake_are_left_out() -> None:
    mistaken = {"description", "icon", "images", "klass", "title"}

    assert not mistaken & record_schema(Messages.shape)["properties"].keys()
