-- One row for each message, with what the metrics ask of it and of its conversation.
--
-- Deleted messages, messages of deleted conversations, and automatic messages do not count. Kustomer
-- leaves automatic messages out of its reports.

{{ config(
    materialized='incremental',
    unique_key='id',
    post_hook="{{ kustomer.forget('stg_kustomer__messages') }}",
) }}

with {% if is_incremental() -%}
changed as (

    {{ kustomer.changed('stg_kustomer__messages') }}

    union all

    -- Whether a message counts, its brand, queue and teams change with its conversation.
    select built.id
    from {{ this }} as built
    left join {{ ref('int_kustomer__conversations') }} as conversation
        on built.conversation_id = conversation.id
    where built.conversation_updated_at is distinct from conversation.updated_at

),

{% endif -%}
message as (

    select * from {{ ref('stg_kustomer__messages') }}
    {% if is_incremental() -%}
    where id in (select id from changed)
    {%- endif %}

),

conversation as (

    select * from {{ ref('int_kustomer__conversations') }}
    {% if is_incremental() -%}
    where id in (select conversation_id from message)
    {%- endif %}

),

counted as (

    select
        message.*,
        {%- if kustomer.choice('kustomer_message_clock') == 'sent' %}
        coalesce(message.sent_at, message.created_at) as counts_at,
        {%- else %}
        message.created_at as counts_at,
        {%- endif %}
        not coalesce(message.auto, false)
        and not coalesce(message.deleted, false)
        and not coalesce(conversation.deleted, false) as is_counted,
        conversation.brand_id,
        conversation.queue_id,
        conversation.assigned_teams,
        conversation.updated_at as conversation_updated_at
    from message
    left join conversation
        on message.conversation_id = conversation.id

)

select
    id,
    conversation_id,
    customer_id,
    created_by_id as user_id,
    created_at,
    updated_at,
    conversation_updated_at,
    counts_at,
    {{ kustomer.local_day('counts_at') }} as day,
    {{ kustomer.weekday(kustomer.local_time('counts_at')) }} as weekday,
    cast(extract(hour from {{ kustomer.local_time('counts_at') }}) as integer) as hour,
    direction,
    direction_type,
    channel,
    brand_id,
    queue_id,
    created_by_teams,
    assigned_teams,
    is_counted,
    coalesce(auto, false) as is_automatic,
    imported_at is not null as is_imported,
    {{ kustomer.seconds('response_time') }} as response_calendar_seconds,
    {{ kustomer.seconds('response_business_time') }} as response_business_seconds,
    shortcuts,
    {{ kustomer.json_has_items('shortcuts') }} as has_shortcut
from counted
