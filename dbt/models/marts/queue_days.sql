-- One row for each queue and day on which work items came into it.
--
-- A work item names only its last queue, and Kustomer's search may return only completed items.

with item as (

    select
        *,
        {{ kustomer.local_day('first_enter_queue_at') }} as day,
        -- The first wait is known only for items that were queued once.
        case
            when coalesce(queued_count, 1) = 1
            then {{ kustomer.seconds_between('first_enter_queue_at', 'last_revision_accepted_at') }}
        end as wait_seconds
    from {{ ref('stg_kustomer__work_items') }}
    where first_enter_queue_at is not null

)

select
    item.queue_id,
    coalesce(queues.display_name, queues.name) as queue,
    item.day,
    count(*) as items,
    count(distinct item.resource_id) as conversations,
    sum(case when item.status = 'completed' then 1 else 0 end) as completed,
    sum(case when coalesce(item.abandoned_time, 0) > 0 then 1 else 0 end) as abandoned,
    sum(case when item.queued_count > 1 then 1 else 0 end) as requeued,
    sum(case when item.last_revision_timedout then 1 else 0 end) as missed_offers,
    avg(item.wait_seconds) as average_wait_seconds,
    max(item.wait_seconds) as longest_wait_seconds,
    {{ kustomer.percentile('item.wait_seconds', 0.9) }} as wait_percentile_90_seconds,
    avg({{ kustomer.seconds('item.handle_time') }}) as average_handle_seconds,
    avg({{ kustomer.seconds('item.wrap_up_time') }}) as average_wrap_up_seconds,
    avg({{ kustomer.seconds('item.first_routed_response_time') }}) as average_first_routed_response_seconds
from item
left join {{ ref('stg_kustomer__queues') }} as queues
    on item.queue_id = queues.id
group by 1, 2, 3
