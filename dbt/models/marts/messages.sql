-- One row for each message, with what the metrics ask of it and of its conversation.
--
-- Messages that count are not deleted, not in a deleted conversation, and were not sent by
-- themselves: Kustomer leaves automatic messages out of its reports.

{{ config(
    materialized='incremental',
    unique_key='id',
    incremental_strategy='delete+insert',
    on_schema_change='sync_all_columns',
) }}

with {% if is_incremental() -%}
-- A message changes with its conversation, too: whether it counts, its brand and its queue.
changed as (

    select id
    from {{ ref('stg_kustomer__messages') }}
    where
        updated_at >= (select {{ kustomer.look_back('max(updated_at)') }} from {{ this }})
        or conversation_id in (
            select id
            from {{ ref('conversations') }}
            where updated_at >= (select {{ kustomer.look_back('max(updated_at)') }} from {{ this }})
        )

),

{% endif -%}
message as (

    select * from {{ ref('stg_kustomer__messages') }}
    {% if is_incremental() -%}
    where id in (select id from changed)
    {%- endif %}

),

shortcut as (

    select
        message_id,
        count(distinct shortcut_id) as shortcut_count
    from {{ ref('stg_kustomer__message_shortcuts') }}
    where message_id in (select id from message)
    group by message_id

),

counted as (

    select
        message.*,
        {%- if var('kustomer_message_clock') == 'sent' %}
        coalesce(message.sent_at, message.created_at) as counts_at,
        {%- else %}
        message.created_at as counts_at,
        {%- endif %}
        not coalesce(message.auto, false)
        and not coalesce(message.deleted, false)
        and not coalesce(conversation.is_deleted, false) as is_counted,
        conversation.brand_id,
        conversation.queue_id,
        coalesce(shortcut.shortcut_count, 0) as shortcut_count
    from message
    left join {{ ref('conversations') }} as conversation
        on message.conversation_id = conversation.id
    left join shortcut
        on message.id = shortcut.message_id

)

select
    id,
    conversation_id,
    customer_id,
    created_by_id as user_id,
    created_at,
    updated_at,
    counts_at,
    {{ kustomer.local_day('counts_at') }} as day,
    {{ kustomer.weekday(kustomer.local_time('counts_at')) }} as weekday,
    cast(extract(hour from {{ kustomer.local_time('counts_at') }}) as integer) as hour,
    direction,
    direction_type,
    channel,
    brand_id,
    queue_id,
    is_counted,
    coalesce(auto, false) as is_automatic,
    imported_at is not null as is_imported,
    {{ kustomer.seconds('response_time') }} as response_calendar_seconds,
    {{ kustomer.seconds('response_business_time') }} as response_business_seconds,
    shortcut_count
from counted
