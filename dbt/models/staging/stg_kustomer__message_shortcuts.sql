-- One row for each shortcut that was used to write a message.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('message_shortcuts') %}

select
    {{ kustomer.read(loaded, 'message_id', 'text') }} as message_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'shortcut_id', 'text') }} as shortcut_id
{{ kustomer.current_rows(loaded, 'messages', 'message_id', 'message_updated_at') }}
