-- One row for each day, channel, brand and team: conversations that assistants, AI agents or offered
-- articles took part in.
--
-- Kustomer's own deflection rate cannot be computed: a customer who found an answer usually leaves no
-- conversation, and a conversation keeps only its latest attempt.

with conversation as (

    select
        *,
        {{ kustomer.local_day('created_at') }} as day
    from {{ ref('int_kustomer__measured_conversations') }}
    where
        not is_deleted
        and not is_emulation
        and (has_assistant or has_ai_agent or deflection_status is not null)

)

select
    day,
    channel,
    brand_id,
    team_id,
    count(*) as conversations,
    sum(case when has_assistant then 1 else 0 end) as with_assistant,
    sum(case when has_ai_agent then 1 else 0 end) as with_ai_agent,
    sum(case when is_fully_automated and (has_assistant or has_ai_agent) then 1 else 0 end) as fully_automated,
    sum(case when assistant_status = 'transferred' then 1 else 0 end) as transferred,
    sum(case when assistant_status = 'missed' then 1 else 0 end) as missed,
    sum(case when assistant_status = 'abandoned' then 1 else 0 end) as abandoned,
    sum(case when deflection_status is not null then 1 else 0 end) as with_offered_articles,
    sum(case when deflection_status = 'deflected' then 1 else 0 end) as deflected
from conversation
group by 1, 2, 3, 4
