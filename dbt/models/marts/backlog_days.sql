-- One row for each day, channel, brand and team: what waited at the end of that day.
--
-- Kustomer keeps no history of a conversation's status, so this is rebuilt from the times that it
-- does keep: a conversation waits from its creation until it was first done, and, if it is not done
-- now, from its latest opening on. Openings and snoozes in between are not known.

with conversation as (

    select * from {{ ref('int_kustomer__measured_conversations') }}
    where not is_deleted

),

stretch as (

    -- Until it was first done. Where that time is missing for a conversation that is done now, until
    -- its last change.
    select
        channel,
        brand_id,
        team_id,
        created_at as starts_at,
        coalesce(first_done_at, case when status = 'done' then updated_at end) as ends_at,
        'waiting' as state
    from conversation

    union all

    -- Since it was last opened again.
    select
        channel,
        brand_id,
        team_id,
        case when opened_at > first_done_at then opened_at else last_done_at end as starts_at,
        cast(null as {{ dbt.type_timestamp() }}) as ends_at,
        'waiting' as state
    from conversation
    where status <> 'done' and first_done_at is not null

    union all

    -- Snoozed now; these are among those that wait.
    select
        channel,
        brand_id,
        team_id,
        coalesce(snoozed_at, updated_at) as starts_at,
        cast(null as {{ dbt.type_timestamp() }}) as ends_at,
        'snoozed' as state
    from conversation
    where status = 'snoozed'

    union all

    select
        items.channel,
        conversations.brand_id,
        items.team_id,
        items.first_enter_queue_at as starts_at,
        coalesce(items.last_revision_accepted_at, items.completed_at, items.handle_completed_at) as ends_at,
        'queued' as state
    from {{ ref('stg_kustomer__work_items') }} as items
    left join {{ ref('int_kustomer__measured_conversations') }} as conversations
        on items.resource_id = conversations.id
    where items.first_enter_queue_at is not null

),

-- A stretch that ends on the day on which it starts is in no day's backlog.
change as (

    select channel, brand_id, team_id, state, {{ kustomer.local_day('starts_at') }} as day, 1 as difference
    from stretch
    where starts_at is not null and (ends_at is null or ends_at >= starts_at)

    union all

    select channel, brand_id, team_id, state, {{ kustomer.local_day('ends_at') }} as day, -1 as difference
    from stretch
    where starts_at is not null and ends_at >= starts_at

),

changed_day as (

    select
        channel,
        brand_id,
        team_id,
        day,
        sum(case when state = 'waiting' then difference else 0 end) as waiting,
        sum(case when state = 'snoozed' then difference else 0 end) as snoozed,
        sum(case when state = 'queued' then difference else 0 end) as queued
    from change
    group by 1, 2, 3, 4

),

dimension as (

    select channel, brand_id, team_id, min(day) as first_day
    from changed_day
    group by 1, 2, 3

),

day as (

    {{ kustomer.days_between(
        '(select min(day) from changed_day)',
        kustomer.local_day(kustomer.now())
    ) }}

),

each_day as (

    select dimension.channel, dimension.brand_id, dimension.team_id, day.day
    from dimension
    inner join day
        on day.day >= dimension.first_day

),

backlog as (

    select
        each_day.day,
        each_day.channel,
        each_day.brand_id,
        each_day.team_id,
        sum(coalesce(changed_day.waiting, 0)) over so_far as waiting,
        sum(coalesce(changed_day.snoozed, 0)) over so_far as snoozed,
        sum(coalesce(changed_day.queued, 0)) over so_far as queued_items
    from each_day
    left join changed_day
        on each_day.day = changed_day.day
        and each_day.channel is not distinct from changed_day.channel
        and each_day.brand_id is not distinct from changed_day.brand_id
        and each_day.team_id is not distinct from changed_day.team_id
    window so_far as (
        partition by each_day.channel, each_day.brand_id, each_day.team_id
        order by each_day.day
        rows between unbounded preceding and current row
    )

)

select
    day,
    channel,
    brand_id,
    team_id,
    waiting - snoozed as open_conversations,
    snoozed as snoozed_conversations,
    queued_items
from backlog
where waiting <> 0 or snoozed <> 0 or queued_items <> 0
