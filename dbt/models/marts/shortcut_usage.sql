-- One row for each shortcut, user, day, channel and brand: the messages that were written with it.
--
-- A message with two shortcuts counts for both. A shortcut that only changes attributes leaves no
-- trace in the tables.

select
    item as shortcut_id,
    coalesce(shortcuts.name, item) as shortcut,
    messages.user_id,
    messages.day,
    messages.channel,
    messages.brand_id,
    count(*) as messages
from {{ ref('messages') }} as messages
cross join {{ kustomer.json_items('messages.shortcuts') }}
left join {{ ref('stg_kustomer__shortcuts') }} as shortcuts
    on item = shortcuts.id
where
    messages.is_counted
    and messages.direction = 'out'
    and messages.has_shortcut
group by 1, 2, 3, 4, 5, 6
