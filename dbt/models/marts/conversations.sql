-- One row for each conversation, with all that the metrics ask of it, its handle time, and the names of
-- its brand, queue, team and agent.
--
-- Deleted and empty conversations stay in the table; `is_counted` leaves them out of the metrics.
-- It is a view, because names and the present moment change it while the conversation stays the same.

with handled as (

    select
        conversation_id,
        sum(seconds) as handle_seconds
    from {{ ref('handle_times') }}
    group by conversation_id

)

select
    conversation.*,
    handled.handle_seconds,
    brands.name as brand,
    coalesce(queues.display_name, queues.name) as queue,
    coalesce(teams.display_name, teams.name) as team,
    coalesce(users.display_name, users.name) as agent
from {{ ref('int_kustomer__measured_conversations') }} as conversation
left join handled
    on conversation.id = handled.conversation_id
left join {{ ref('stg_kustomer__brands') }} as brands
    on conversation.brand_id = brands.id
left join {{ ref('stg_kustomer__queues') }} as queues
    on conversation.queue_id = queues.id
left join {{ ref('stg_kustomer__teams') }} as teams
    on conversation.team_id = teams.id
left join {{ ref('stg_kustomer__users') }} as users
    on conversation.agent_id = users.id
