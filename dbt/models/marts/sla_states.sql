-- One row for each conversation under an agreement and each promise of it, and one, with the metric
-- `policy`, for the agreement as a whole: how it stands now, and on which day it counts.

{{ config(
    materialized='incremental',
    unique_key='conversation_id',
    incremental_strategy='delete+insert',
    on_schema_change='sync_all_columns',
    post_hook="delete from {{ this }} where conversation_id not in (
        select id from {{ ref('conversations') }} where sla_matched_at is not null and not is_deleted
    )",
) }}

with {% if is_incremental() -%}
changed as (

    select id
    from {{ ref('stg_kustomer__conversations') }}
    where updated_at >= (select {{ kustomer.look_back('max(updated_at)') }} from {{ this }})

    union

    -- A promise that was pending breaks by time alone.
    select conversation_id
    from {{ this }}
    where state = 'pending' and breach_at <= {{ kustomer.now() }}

),

{% endif -%}
conversation as (

    select * from {{ ref('stg_kustomer__conversations') }}
    where
        sla_matched_at is not null
        and not coalesce(deleted, false)
        {% if is_incremental() -%}
        and id in (select id from changed)
        {%- endif %}

),

policy as (

    select
        conversation.*,
        'policy' as metric,
        {{ kustomer.policy_state() }} as state,
        coalesce(
            conversation.sla_summary_first_breach_at, conversation.sla_breach_at
        ) as breach_at,
        conversation.sla_summary_satisfied_at as satisfied_at
    from conversation

),
{% for metric in kustomer.sla_metrics() %}
{{ metric }} as (

    select
        conversation.*,
        '{{ metric }}' as metric,
        {{ kustomer.promise_state(metric) }} as state,
        conversation.sla_metrics_{{ metric }}_breach_at as breach_at,
        conversation.sla_metrics_{{ metric }}_satisfied_at as satisfied_at
    from conversation

),
{% endfor %}
promise as (

    select * from policy
    {%- for metric in kustomer.sla_metrics() %}
    union all
    select * from {{ metric }}
    {%- endfor %}

)

select
    id as conversation_id,
    customer_id,
    updated_at,
    metric,
    state,
    sla_id,
    sla_version_id,
    sla_name,
    priority,
    coalesce(first_message_in_channel, first_message_out_channel) as channel,
    brand_id,
    queue_id,
    sla_matched_at as matched_at,
    {{ kustomer.local_day('sla_matched_at') }} as day,
    breach_at,
    satisfied_at,
    -- Where the report draws it: at the breach, at the fulfilment, or, pending, at the deadline.
    {{ kustomer.local_day("case when state = 'achieved' then satisfied_at else breach_at end") }} as state_day,
    case when metric = 'next_reply' then sla_metrics_next_reply_on_time_count end as replies_on_time,
    case when metric = 'next_reply' then sla_metrics_next_reply_late_count end as replies_late
from promise
where state is not null
