"""What gives access to something stays in Kustomer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from support.samples.cases import shaped
from support.samples.lists import CHAT_SETTINGS, WORKFLOW
from support.samples.per_parent import ATTACHMENT
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.conversation_attachments import ConversationAttachments
from tap_kustomer.streams.message_attachment_files import MessageAttachmentFiles
from tap_kustomer.streams.workflows import Workflows

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


@pytest.mark.parametrize(
    ("stream", "sample"),
    [
        (Workflows, WORKFLOW),
        (ChatSettings, CHAT_SETTINGS),
        (ConversationAttachments, ATTACHMENT),
        (MessageAttachmentFiles, ATTACHMENT),
    ],
    ids=["workflows", "chat_settings", "conversation_attachments", "message_attachment_files"],
)
def test_secrets_stay_in_kustomer(stream: type[KustomerStream], sample: dict[str, Any]) -> None:
    assert b"s1gn" in msgspec.json.encode(sample)
    assert b"s1gn" not in msgspec.json.encode(shaped(stream, sample))


def test_the_steps_of_a_workflow_come_without_their_parameters() -> None:
    (step,) = shaped(Workflows, WORKFLOW)["steps"]

    assert step["action"] == "kustomer.rest-api.json"
    assert "params" not in step
