-- One row for each thing that a metric counts, at the moment and for the person it counts for.
--
-- Each metric has its own clock and its own person: a first response counts when it was given and
-- for the user who gave it, a resolution when the conversation was first done. Here each of them is
-- a row of its own, so that all metrics are grouped alike.

with message as (

    select
        case when direction = 'in' then 'message_in' else 'message_out' end as activity,
        id as activity_id,
        counts_at,
        user_id,
        conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        direction_type as kind,
        response_{{ var('kustomer_hours') }}_seconds as seconds,
        shortcut_count > 0 as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('messages') }}
    where is_counted

),

{#- From a conversation: the activity, its time, its person, its duration, and what makes it a hit. -#}
{% set moments = [
    ('first_response', 'first_response_at', 'first_response_by',
        'first_response_' ~ var('kustomer_hours') ~ '_seconds', 'false', 'status'),
    ('first_done', 'first_done_at', 'first_done_by',
        'first_resolution_' ~ var('kustomer_hours') ~ '_seconds', 'is_done_and_not_reopened',
        "case when is_fcr_eligible then 'fcr' else 'other' end"),
    ('last_done', 'last_done_at', 'last_done_by', 'null', 'false', 'status'),
    ('created', 'created_at', 'null', 'null', 'false', 'direction'),
] %}
{% for activity, time, person, seconds, hit, kind in moments -%}
{{ activity }} as (

    select
        '{{ activity }}' as activity,
        id as activity_id,
        {{ time }} as counts_at,
        cast({{ person }} as {{ dbt.type_string() }}) as user_id,
        id as conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        {{ kind }} as kind,
        cast({{ seconds }} as {{ kustomer.type_number() }}) as seconds,
        {{ hit }} as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('conversations') }}
    where is_counted and {{ time }} is not null

),

{% endfor -%}
automation as (

    select
        'automation' as activity,
        id as activity_id,
        created_at as counts_at,
        cast(null as {{ dbt.type_string() }}) as user_id,
        id as conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        coalesce(assistant_status, 'none') as kind,
        cast(null as {{ kustomer.type_number() }}) as seconds,
        is_fully_automated as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('conversations') }}
    where not is_deleted and not is_emulation and (has_assistant or has_ai_agent)

),

handled as (

    select
        'handled' as activity,
        handle_times.id as activity_id,
        handle_times.created_at as counts_at,
        handle_times.user_id,
        handle_times.conversation_id,
        handle_times.customer_id,
        conversations.channel,
        conversations.brand_id,
        conversations.queue_id,
        conversations.status as kind,
        cast(handle_times.seconds as {{ kustomer.type_number() }}) as seconds,
        handle_times.is_resolved as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('handle_times') }} as handle_times
    left join {{ ref('conversations') }} as conversations
        on handle_times.conversation_id = conversations.id
    where not coalesce(conversations.is_deleted, false)

),

survey as (

    select
        'survey_sent' as activity,
        conversation_id as activity_id,
        sent_at as counts_at,
        user_id,
        conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        status as kind,
        cast(null as {{ kustomer.type_number() }}) as seconds,
        is_rated as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('satisfaction_ratings') }}
    where sent_at is not null

),

rating as (

    select
        'rating' as activity,
        conversation_id as activity_id,
        counts_at,
        user_id,
        conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        status as kind,
        cast(null as {{ kustomer.type_number() }}) as seconds,
        score = 1 as is_hit,
        cast(rating as {{ kustomer.type_number() }}) as score
    from {{ ref('satisfaction_ratings') }}
    where is_rated and counts_at is not null and score is not null

),

sla as (

    select
        'sla_matched' as activity,
        conversation_id as activity_id,
        matched_at as counts_at,
        cast(null as {{ dbt.type_string() }}) as user_id,
        conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        state as kind,
        cast(null as {{ kustomer.type_number() }}) as seconds,
        state = 'achieved' as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('sla_states') }}
    where metric = 'policy'

),

queued as (

    select
        'queued' as activity,
        work_items.id as activity_id,
        work_items.first_enter_queue_at as counts_at,
        work_items.assigned_to_id as user_id,
        work_items.resource_id as conversation_id,
        conversations.customer_id,
        work_items.channel,
        conversations.brand_id,
        work_items.queue_id,
        work_items.status as kind,
        cast(case
            when coalesce(work_items.queued_count, 1) = 1
            then {{ kustomer.seconds_between('work_items.first_enter_queue_at', 'work_items.last_revision_accepted_at') }}
        end as {{ kustomer.type_number() }}) as seconds,
        coalesce(work_items.abandoned_time, 0) > 0 as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score
    from {{ ref('stg_kustomer__work_items') }} as work_items
    left join {{ ref('conversations') }} as conversations
        on work_items.resource_id = conversations.id
    where work_items.first_enter_queue_at is not null

)

select * from message
{%- for activity, time, person, seconds, hit, kind in moments %}
union all
select * from {{ activity }}
{%- endfor %}
union all
select * from automation
union all
select * from handled
union all
select * from survey
union all
select * from rating
union all
select * from sla
union all
select * from queued
