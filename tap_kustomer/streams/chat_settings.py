"""Chat settings: how the chat window looks and behaves on the organisation's pages."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, integer, number, structure, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, conditions


class ChatSettings(KustomerStream):
    """One row: the organisation's chat settings.

    Kustomer documents where they are, but not what they carry. The columns are those of
    https://docs.aws.amazon.com/glue/latest/dg/kustomer-reading-from-entities.html; the roles are
    those of the organisation's other settings.
    Source: https://developer.kustomer.com/api/chat
    """

    name = "chat_settings"
    group = Group.SETTINGS
    resource_type = "chat_settings"
    source = PagedList("/v1/chat/settings")
    roles = ("org.permission.setting.read", "org.user.setting.read")
    # The chat secret lets anyone sign in as any customer. Its name in this response is not
    # documented, so likely names are listed.
    secrets = ("secret", "secrets", "secretKey", "privateKey", "token", "jwtSecret", "auth")
    shape = Shape(
        attributes=(
            boolean("enabled", "Whether the chat is on."),
            text("widgetType", "Kind of window, such as chat."),
            integer("settingsVersion", "Version of the settings' format."),
            integer("version", "Version of the settings."),
            text("teamName", "Name under which agents chat."),
            text("greeting", "Welcome message."),
            text("autoreply", "Automatic first answer."),
            text("embedIconUrl", "Address of the button's picture."),
            text("embedIconColor", "Colour of the button."),
            text("offhoursMessage", "Message that is shown outside business hours."),
            text("offhoursImageUrl", "Address of the picture outside business hours."),
            text("fallbackEmailSubject", "Subject of the e-mail to a customer who has left."),
            text("fallbackEmailIntroduction", "Introduction of that e-mail."),
            boolean("outboundChatEnabled", "Whether agents can begin a chat."),
            boolean("closableChat", "Whether customers can end a chat."),
            boolean("singleSessionChat", "Whether a customer has one chat at a time."),
            boolean("singleSessonChat", "The same, as another source spells it."),
            boolean("noHistory", "Whether customers don't see earlier chats."),
            boolean("disableAttachments", "Whether customers can't send files."),
            boolean(
                "showTypingIndicatorCustomerWeb", "Whether agents see that a customer is typing."
            ),
            boolean("showBrandingIdentifier", "Whether the window names Kustomer."),
            boolean("showTypingIndicatorWeb", "Whether customers see that an agent is typing."),
            structure(
                "volumeControl",
                "What customers are offered when too many chat at once.",
                boolean("enabled", "Whether they are offered anything."),
                text("mode", "When it is offered: upfront or delayed."),
                texts("followUpChannels", "Channels to go on with: email, sms or voice."),
                boolean("markDoneAfterTimeout", "Whether the chat is marked as done after a wait."),
                boolean("useDynamicWaitMessage", "Whether customers are told how long they wait."),
                boolean("hideWaitOption", "Whether customers can't choose to wait."),
                number("promptDelay", "Wait before the offer; its unit is undocumented."),
                number("upfrontWaitThreshold", "Wait from which it is offered; unit undocumented."),
                number("timeout", "Wait after which the chat ends; its unit is undocumented."),
                text("customWaitMessage", "Message to customers who wait."),
            ),
            text("teamIconUrl", "Address of the team's picture."),
            text("fallbackFromEmail", "Sender of the e-mail to a customer who has left."),
            text("offhoursDisplay", "Chat outside business hours: none, offline or online."),
            text("activeForm", "Form that is shown before a chat."),
            structure(
                "domainCriteria",
                "Pages on which the chat is shown.",
                conditions("and", "Conditions that must all hold."),
                conditions("or", "Conditions of which one must hold."),
            ),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
