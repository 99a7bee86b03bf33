-- One row for each tag of a conversation.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('conversation_tags') %}

select
    {{ kustomer.read(loaded, 'conversation_id', 'text') }} as conversation_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'tag_id', 'text') }} as tag_id
{{ kustomer.current_rows(loaded, 'conversations', 'conversation_id', 'conversation_updated_at') }}
