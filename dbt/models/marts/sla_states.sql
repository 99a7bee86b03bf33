-- One row for each conversation under an agreement and each promise of it, and one with the metric
-- `policy` for the agreement as a whole: its state now, and the day on which it counts.

with conversation as (

    select * from {{ ref('int_kustomer__conversations') }}
    where
        sla_matched_at is not null
        and not coalesce(deleted, false)

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
    metric,
    state,
    sla_id,
    sla_version_id,
    sla_name,
    priority,
    coalesce(first_message_in_channel, first_message_out_channel) as channel,
    brand_id,
    queue_id,
    assigned_teams,
    sla_matched_at as matched_at,
    {{ kustomer.local_day('sla_matched_at') }} as day,
    breach_at,
    satisfied_at,
    -- The day in Kustomer's report: of the breach, of the fulfilment, or of a pending deadline.
    {{ kustomer.local_day("case when state = 'achieved' then satisfied_at else breach_at end") }} as state_day,
    case when metric = 'next_reply' then sla_metrics_next_reply_on_time_count end as replies_on_time,
    case when metric = 'next_reply' then sla_metrics_next_reply_late_count end as replies_late
from promise
where state is not null
