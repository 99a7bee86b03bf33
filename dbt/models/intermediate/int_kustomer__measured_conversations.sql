-- One row for each conversation, with all that the metrics ask of it. The table `conversations` adds
-- its handle time and the names of its brand, queue, team and agent.
--
-- Deleted and empty conversations stay; `is_counted` leaves them out of the metrics. Models that count
-- conversations read this one: the joins for four names would cost more than the counting.

select
    conversation.id,
    conversation.customer_id,
    conversation.created_at,
    conversation.updated_at,
    conversation.status,
    conversation.direction,
    conversation.priority,
    -- The channel of the first message, not the list of all: a conversation counts once.
    coalesce(
        conversation.first_message_in_channel,
        conversation.first_message_out_channel
    ) as channel,
    conversation.brand_id,
    conversation.queue_id,
    {{ kustomer.json_first('conversation.assigned_teams') }} as team_id,
    {{ kustomer.json_first('conversation.assigned_users') }} as agent_id,
    conversation.tag_names as tags,
    conversation.tags as tag_ids,
    conversation.assigned_teams,
    conversation.first_response_created_by_teams as first_response_teams,
    conversation.first_done_created_by_teams as first_done_teams,
    conversation.last_done_created_by_teams as last_done_teams,

    not coalesce(conversation.deleted, false)
    and coalesce(conversation.message_count, 0) > 0 as is_counted,
    coalesce(conversation.deleted, false) as is_deleted,
    coalesce(conversation.spam, false) as is_spam,
    coalesce(conversation.merged_target, false) as is_merged,
    conversation.imported_at is not null as is_imported,

    coalesce(conversation.message_count, 0) as message_count,
    coalesce(conversation.inbound_message_count, 0) as inbound_message_count,
    coalesce(conversation.outbound_message_count, 0) as outbound_message_count,
    coalesce(conversation.note_count, 0) as note_count,
    coalesce(conversation.done_count, 0) as done_count,
    coalesce(conversation.reopen_count, 0) as reopen_count,
    coalesce(conversation.reopen_from_done_count, 0) as reopen_from_done_count,

    conversation.first_message_in_created_at as first_message_in_at,
    conversation.first_message_out_created_at as first_message_out_at,
    conversation.last_message_unresponded_to_since_last_done_created_at as waiting_since,

    conversation.first_response_created_at as first_response_at,
    conversation.first_response_created_by as first_response_by,
    {{ kustomer.seconds('conversation.first_response_time') }} as first_response_calendar_seconds,
    {{ kustomer.seconds('conversation.first_response_business_time') }} as first_response_business_seconds,

    conversation.first_done_created_at as first_done_at,
    conversation.first_done_created_by as first_done_by,
    {{ kustomer.seconds('conversation.first_done_time') }} as first_resolution_calendar_seconds,
    {{ kustomer.seconds('conversation.first_done_business_time') }} as first_resolution_business_seconds,

    conversation.last_done_created_at as last_done_at,
    conversation.last_done_created_by as last_done_by,
    conversation.open_status_at as opened_at,
    conversation.snooze_status_at as snoozed_at,

    -- As published: inbound, never merged, with a message; it counts when it was first done.
    conversation.direction = 'in'
    and not coalesce(conversation.merged_target, false)
    and conversation.first_done_created_at is not null as is_fcr_eligible,
    conversation.status = 'done'
    and coalesce(conversation.{{ kustomer.choice('kustomer_reopen_count') }}, 0) = 0 as is_done_and_not_reopened,

    conversation.satisfaction_level_status as satisfaction_status,
    conversation.satisfaction_level_score as satisfaction_score,
    conversation.satisfaction_level_rating as satisfaction_rating,

    conversation.sla_id,
    conversation.sla_name,
    conversation.sla_matched_at,
    {{ kustomer.policy_state() }} as sla_state,
    {%- for metric in kustomer.sla_metrics() %}
    {{ kustomer.promise_state(metric) }} as sla_{{ metric }}_state,
    {%- endfor %}

    conversation.assistant_status,
    {{ kustomer.json_has_items('conversation.assistant_assistant_id') }} as has_assistant,
    {{ kustomer.json_has_items('conversation.ai_agent_automation_id') }} as has_ai_agent,
    coalesce(conversation.assistant_emulation, false) as is_emulation,
    coalesce(conversation.assistant_fac_is_fac, false) as is_fully_automated,
    conversation.last_deflection_status as deflection_status
from {{ ref('int_kustomer__conversations') }} as conversation
