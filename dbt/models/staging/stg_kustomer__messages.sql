-- One row for each message, in or out, whatever its channel. Its text is in `preview`.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('messages') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'conversation_id', 'text') }} as conversation_id,
    {{ kustomer.read(loaded, 'customer_id', 'text') }} as customer_id,
    {{ kustomer.read(loaded, 'created_by_id', 'text') }} as created_by_id,
    {{ kustomer.read(loaded, 'created_by_teams', 'json') }} as created_by_teams,
    {{ kustomer.read(loaded, 'created_at', 'time') }} as created_at,
    {{ kustomer.read(loaded, 'sent_at', 'time') }} as sent_at,
    {{ kustomer.read(loaded, 'updated_at', 'time') }} as updated_at,
    {{ kustomer.read(loaded, 'imported_at', 'time') }} as imported_at,
    {{ kustomer.read(loaded, 'direction', 'text') }} as direction,
    {{ kustomer.read(loaded, 'direction_type', 'text') }} as direction_type,
    {{ kustomer.read(loaded, 'channel', 'text') }} as channel,
    {{ kustomer.read(loaded, 'source', 'text') }} as source,
    {{ kustomer.read(loaded, 'shortcuts', 'json') }} as shortcuts,
    {{ kustomer.read(loaded, 'auto', 'boolean') }} as auto,
    {{ kustomer.read(loaded, 'deleted', 'boolean') }} as deleted,
    {{ kustomer.read(loaded, 'spam', 'boolean') }} as spam,
    {{ kustomer.read(loaded, 'response_time', 'integer') }} as response_time,
    {{ kustomer.read(loaded, 'response_business_time', 'integer') }} as response_business_time
{{ kustomer.all_rows(loaded) }}
