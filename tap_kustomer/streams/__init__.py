"""One class for each Kustomer object: what it is, where it is read, what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.cards import Cards
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_attachments import ConversationAttachments
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.conversation_times import ConversationTimes
from tap_kustomer.streams.conversation_times_v2 import ConversationTimesV2
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.customer_drafts import CustomerDrafts
from tap_kustomer.streams.customer_merges import CustomerMerges
from tap_kustomer.streams.customer_session_events import CustomerSessionEvents
from tap_kustomer.streams.customer_sessions import CustomerSessions
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.knowledge_base_articles import KnowledgeBaseArticles
from tap_kustomer.streams.kobject_comments import KobjectComments
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.kviews import Kviews
from tap_kustomer.streams.live_ids import (
    CompanyIds,
    ConversationIds,
    CustomerIds,
    KobjectIds,
    MessageIds,
    NoteIds,
)
from tap_kustomer.streams.message_attachment_files import MessageAttachmentFiles
from tap_kustomer.streams.messages import Messages
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.notifications import Notifications
from tap_kustomer.streams.outbound_accounts import OutboundAccounts
from tap_kustomer.streams.queue_rules import QueueRules
from tap_kustomer.streams.queues import Queues
from tap_kustomer.streams.role_groups import RoleGroups
from tap_kustomer.streams.routing_statuses import RoutingStatuses
from tap_kustomer.streams.satisfaction_responses import SatisfactionResponses
from tap_kustomer.streams.satisfactions import Satisfactions
from tap_kustomer.streams.saved_searches import SavedSearches
from tap_kustomer.streams.shortcut_categories import ShortcutCategories
from tap_kustomer.streams.shortcuts import Shortcuts
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.snippets import Snippets
from tap_kustomer.streams.snoozes import Snoozes
from tap_kustomer.streams.spam_senders import SpamSenders
from tap_kustomer.streams.sub_statuses import SubStatuses
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.team_routing_settings import TeamRoutingSettings
from tap_kustomer.streams.teams import Teams
from tap_kustomer.streams.users import Users
from tap_kustomer.streams.work_items import WorkItems
from tap_kustomer.streams.work_sessions import WorkSessions
from tap_kustomer.streams.workflows import Workflows

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream

STREAMS: Final[tuple[type[KustomerStream], ...]] = (
    Assistants,
    AuditLogs,
    Brands,
    BusinessHolidays,
    BusinessSchedules,
    Cards,
    ChatSettings,
    Companies,
    CompanyIds,
    ConversationAttachments,
    ConversationEvents,
    ConversationForwards,
    ConversationIds,
    ConversationTimes,
    ConversationTimesV2,
    Conversations,
    CustomAttributeMetadata,
    CustomerDrafts,
    CustomerIds,
    CustomerMerges,
    CustomerSessionEvents,
    CustomerSessions,
    Customers,
    Klasses,
    KnowledgeBaseArticles,
    KobjectComments,
    KobjectIds,
    Kobjects,
    Kviews,
    MessageAttachmentFiles,
    MessageIds,
    Messages,
    NoteIds,
    Notes,
    Notifications,
    OutboundAccounts,
    QueueRules,
    Queues,
    RoleGroups,
    RoutingStatuses,
    SatisfactionResponses,
    Satisfactions,
    SavedSearches,
    ShortcutCategories,
    Shortcuts,
    Slas,
    SlaVersions,
    Snippets,
    Snoozes,
    SpamSenders,
    SubStatuses,
    Tags,
    TeamRoutingSettings,
    Teams,
    Users,
    WorkItems,
    WorkSessions,
    Workflows,
)
