-- One row for each team of the user who wrote a message.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('message_created_by_teams') %}

select
    {{ kustomer.read(loaded, 'message_id', 'text') }} as message_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id
{{ kustomer.current_rows(loaded, 'messages', 'message_id', 'message_updated_at') }}
