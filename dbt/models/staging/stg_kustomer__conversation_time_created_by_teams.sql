-- One row for each team of the user who worked on a conversation.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('conversation_time_created_by_teams') %}

select
    {{ kustomer.read(loaded, 'conversation_time_id', 'text') }} as conversation_time_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id
{{ kustomer.all_rows(loaded) }}
