-- One row for each stretch of a user's work on a conversation. Rows never change.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('conversation_times', quietly=var('kustomer_handle_times') != 'conversation_times') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'conversation_id', 'text') }} as conversation_id,
    {{ kustomer.read(loaded, 'customer_id', 'text') }} as customer_id,
    {{ kustomer.read(loaded, 'created_by_id', 'text') }} as created_by_id,
    {{ kustomer.read(loaded, 'created_by_teams', 'json') }} as created_by_teams,
    {{ kustomer.read(loaded, 'created_at', 'time') }} as created_at,
    {{ kustomer.read(loaded, 'handle_at', 'time') }} as handle_at,
    {{ kustomer.read(loaded, 'handle_time', 'integer') }} as handle_time,
    {{ kustomer.read(loaded, 'messages_sent', 'integer') }} as messages_sent,
    {{ kustomer.read(loaded, 'notes_sent', 'integer') }} as notes_sent,
    {{ kustomer.read(loaded, 'resolved', 'boolean') }} as resolved
{{ kustomer.all_rows(loaded) }}
