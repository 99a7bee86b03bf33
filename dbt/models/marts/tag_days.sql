-- One row for each tag, day, channel, brand and team: the conversations created on that day that have
-- the tag now. A tag that was removed from a conversation leaves no trace.

select
    item as tag_id,
    coalesce(tags.name, item) as tag,
    {{ kustomer.local_day('conversations.created_at') }} as day,
    conversations.channel,
    conversations.brand_id,
    conversations.team_id,
    count(*) as conversations
from {{ ref('int_kustomer__measured_conversations') }} as conversations
cross join {{ kustomer.json_items('conversations.tag_ids') }}
left join {{ ref('stg_kustomer__tags') }} as tags
    on item = tags.id
where conversations.is_counted
group by 1, 2, 3, 4, 5, 6
