-- One row for each day on which conversations came under an agreement, for each version, promise and
-- priority: how many there were, and their states now.

with state as (

    select * from {{ ref('sla_states') }}

),

-- The promises of each version, named as in conversations.
promised as (

    select
        sla_version_id,
        {{ kustomer.sla_metric_of('metric') }} as metric,
        priority,
        max({{ kustomer.seconds('milliseconds') }}) as promised_seconds
    from {{ ref('stg_kustomer__sla_metrics') }}
    where enabled
    group by 1, 2, 3

)

select
    state.day,
    state.sla_id,
    state.sla_version_id,
    coalesce(versions.name, state.sla_name) as policy,
    versions.version,
    state.metric,
    state.priority,
    max(promised.promised_seconds) as promised_seconds,
    count(*) as conversations,
    sum(case when state.state = 'achieved' then 1 else 0 end) as achieved,
    sum(case when state.state = 'breached' then 1 else 0 end) as breached,
    sum(case when state.state = 'pending' then 1 else 0 end) as pending,
    sum(state.replies_on_time) as replies_on_time,
    sum(state.replies_late) as replies_late
from state
left join {{ ref('stg_kustomer__sla_versions') }} as versions
    on state.sla_version_id = versions.id
left join promised
    on state.sla_version_id = promised.sla_version_id
    and state.metric = promised.metric
    and state.priority = promised.priority
group by 1, 2, 3, 4, 5, 6, 7
