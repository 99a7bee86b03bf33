-- One row for each shortcut, user and day: the messages that were written with it.
--
-- A message with two shortcuts counts for both. A shortcut that only changes attributes leaves no
-- trace in the tables.

select
    used.shortcut_id,
    coalesce(shortcuts.name, used.shortcut_id) as shortcut,
    messages.user_id,
    messages.day,
    messages.channel,
    messages.brand_id,
    count(distinct messages.id) as messages
from {{ ref('stg_kustomer__message_shortcuts') }} as used
inner join {{ ref('messages') }} as messages
    on used.message_id = messages.id
left join {{ ref('stg_kustomer__shortcuts') }} as shortcuts
    on used.shortcut_id = shortcuts.id
where messages.is_counted and messages.direction = 'out'
group by 1, 2, 3, 4, 5, 6
