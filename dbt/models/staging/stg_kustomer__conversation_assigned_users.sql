-- One row for each user that a conversation is assigned to.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('conversation_assigned_users') %}

select
    {{ kustomer.read(loaded, 'conversation_id', 'text') }} as conversation_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'user_id', 'text') }} as user_id
{{ kustomer.current_rows(loaded, 'conversations', 'conversation_id', 'conversation_updated_at') }}
