-- One row for each conversation with a satisfaction survey: the latest one, as Kustomer keeps no
-- other.

with conversation as (

    select * from {{ ref('int_kustomer__conversations') }}
    where
        satisfaction_level_status is not null
        and not coalesce(deleted, false)

)

select
    conversation.id as conversation_id,
    conversation.customer_id,
    conversation.satisfaction_level_form as survey_id,
    surveys.name as survey,
    conversation.satisfaction_level_channel as channel,
    conversation.brand_id,
    conversation.queue_id,
    conversation.satisfaction_level_sent_by as user_id,
    conversation.satisfaction_level_sent_by_teams as sent_by_teams,
    conversation.satisfaction_level_status as status,
    conversation.satisfaction_level_sent_at as sent_at,
    -- When the customer answered is not recorded; these two times are nearest to it.
    conversation.satisfaction_level_{{ kustomer.choice('kustomer_rating_clock') }}_at as counts_at,
    {{ kustomer.local_day('conversation.satisfaction_level_' ~ kustomer.choice('kustomer_rating_clock') ~ '_at') }} as day,
    conversation.satisfaction_level_status in ('rated', 'commented') as is_rated,
    conversation.satisfaction_level_first_answer is not null as has_comment,
    conversation.satisfaction_level_score as score,
    conversation.satisfaction_level_rating as rating
from conversation
left join {{ ref('stg_kustomer__satisfactions') }} as surveys
    on conversation.satisfaction_level_form = surveys.id
