-- One row for each work session of a user; those that have ended don't change any more.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('work_sessions') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'user_id', 'text') }} as user_id,
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id,
    {{ kustomer.read(loaded, 'signed_in_at', 'time') }} as signed_in_at,
    {{ kustomer.read(loaded, 'signed_out_at', 'time') }} as signed_out_at,
    {{ kustomer.read(loaded, 'updated_at', 'time') }} as updated_at,
    {{ kustomer.read(loaded, 'total_available.time', 'integer') }} as total_available_time,
    {{ kustomer.read(loaded, 'total_unavailable.time', 'integer') }} as total_unavailable_time,
    {{ kustomer.read(loaded, 'handled_item_count', 'integer') }} as handled_item_count
{{ kustomer.all_rows(loaded) }}
