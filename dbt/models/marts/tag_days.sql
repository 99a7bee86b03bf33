-- One row for each tag, day, channel, brand and team: the conversations created that day which have
-- the tag now. A tag that was taken off is gone.

select
    tagged.tag_id,
    coalesce(tags.name, tagged.tag_id) as tag,
    {{ kustomer.local_day('conversations.created_at') }} as day,
    conversations.channel,
    conversations.brand_id,
    conversations.team_id,
    count(distinct conversations.id) as conversations
from {{ ref('stg_kustomer__conversation_tags') }} as tagged
inner join {{ ref('conversations') }} as conversations
    on tagged.conversation_id = conversations.id
left join {{ ref('stg_kustomer__tags') }} as tags
    on tagged.tag_id = tags.id
where conversations.is_counted
group by 1, 2, 3, 4, 5, 6
