-- One row for each thing that a metric counts, at the moment and for the person it counts for.
--
-- Each metric has its own clock and its own person: a first response counts when it was given and
-- for the user who gave it, a resolution when the conversation was first done. Here each of them is
-- a row of its own, so that all metrics are grouped alike.
--
-- `teams` has the ids of the teams that it counts for, as a JSON array. Activities of customers and of
-- agreements have no user: they count for the teams that the conversation is assigned to now.

{#- One activity for each direction, so that a metric of one direction reads only its messages. -#}
{% set directions = [
    ('message_in', "direction = 'in'", 'assigned_teams'),
    ('message_out', "direction = 'out'", 'created_by_teams'),
] %}
with {% for activity, condition, teams in directions -%}
{{ activity }} as (

    select
        '{{ activity }}' as activity,
        id as activity_id,
        counts_at,
        user_id,
        conversation_id,
        customer_id,
        channel,
        brand_id,
        queue_id,
        direction_type as kind,
        response_{{ kustomer.choice('kustomer_hours') }}_seconds as seconds,
        has_shortcut as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score,
        cast({{ teams }} as {{ dbt.type_string() }}) as teams
    from {{ ref('messages') }}
    where is_counted and counts_at is not null and {{ condition }}

),

{% endfor -%}
{#- Activities of a conversation: name, time, person, duration, hit, kind, teams. -#}
{% set moments = [
    ('first_response', 'first_response_at', 'first_response_by',
        'first_response_' ~ kustomer.choice('kustomer_hours') ~ '_seconds', 'false', 'direction',
        'first_response_teams'),
    ('first_done', 'first_done_at', 'first_done_by',
        'first_resolution_' ~ kustomer.choice('kustomer_hours') ~ '_seconds', 'is_done_and_not_reopened',
        "case when is_fcr_eligible then 'fcr' else 'other' end", 'first_done_teams'),
    ('last_done', 'last_done_at', 'last_done_by', 'null', 'false', 'direction', 'last_done_teams'),
    ('created', 'created_at', 'null', 'null', 'false', 'direction', 'assigned_teams'),
] %}
{% for activity, time, person, seconds, hit, kind, teams in moments -%}
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
        cast(null as {{ kustomer.type_number() }}) as score,
        cast({{ teams }} as {{ dbt.type_string() }}) as teams
    from {{ ref('int_kustomer__measured_conversations') }}
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
        cast(null as {{ kustomer.type_number() }}) as score,
        cast(assigned_teams as {{ dbt.type_string() }}) as teams
    from {{ ref('int_kustomer__measured_conversations') }}
    where
        created_at is not null
        and not is_deleted
        and not is_emulation
        and (has_assistant or has_ai_agent)

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
        conversations.direction as kind,
        cast(handle_times.seconds as {{ kustomer.type_number() }}) as seconds,
        handle_times.is_resolved as is_hit,
        cast(null as {{ kustomer.type_number() }}) as score,
        cast(handle_times.created_by_teams as {{ dbt.type_string() }}) as teams
    from {{ ref('handle_times') }} as handle_times
    left join {{ ref('int_kustomer__measured_conversations') }} as conversations
        on handle_times.conversation_id = conversations.id
    where
        handle_times.created_at is not null
        and not coalesce(conversations.is_deleted, false)

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
        cast(null as {{ kustomer.type_number() }}) as score,
        cast(sent_by_teams as {{ dbt.type_string() }}) as teams
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
        cast(rating as {{ kustomer.type_number() }}) as score,
        cast(sent_by_teams as {{ dbt.type_string() }}) as teams
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
        cast(null as {{ kustomer.type_number() }}) as score,
        cast(assigned_teams as {{ dbt.type_string() }}) as teams
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
        cast(null as {{ kustomer.type_number() }}) as score,
        cast(case when work_items.team_id is not null then '["' || work_items.team_id || '"]' end as {{ dbt.type_string() }}) as teams
    from {{ ref('stg_kustomer__work_items') }} as work_items
    left join {{ ref('int_kustomer__measured_conversations') }} as conversations
        on work_items.resource_id = conversations.id
    where work_items.first_enter_queue_at is not null

),

activity as (

    {%- for counted in directions + moments %}
    select * from {{ counted[0] }}
    union all
    {%- endfor %}
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

)
{% if kustomer.choice('kustomer_teams') == 'then' %}
select * from activity
{%- else %},

member as (

    select
        user_id,
        '["' || {{ dbt.listagg('team_id', "'\",\"'", 'order by team_id') }} || '"]' as teams
    from {{ ref('stg_kustomer__team_members') }}
    group by user_id

)

select
    activity.activity,
    activity.activity_id,
    activity.counts_at,
    activity.user_id,
    activity.conversation_id,
    activity.customer_id,
    activity.channel,
    activity.brand_id,
    activity.queue_id,
    activity.kind,
    activity.seconds,
    activity.is_hit,
    activity.score,
    case
        when activity.activity in ('message_in', 'created', 'automation', 'sla_matched')
        then activity.teams
        else member.teams
    end as teams
from activity
left join member
    on activity.user_id = member.user_id
{%- endif %}
