-- One row for each team of a user who first or last answered or closed a conversation.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('conversation_created_by_teams') %}

select
    {{ kustomer.read(loaded, 'conversation_id', 'text') }} as conversation_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'moment', 'text') }} as moment,
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id
{{ kustomer.current_rows(loaded, 'conversations', 'conversation_id', 'conversation_updated_at') }}
