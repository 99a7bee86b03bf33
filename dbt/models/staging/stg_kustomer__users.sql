-- One row for each user: agents, administrators and API keys, deactivated ones included.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('users') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'display_name', 'text') }} as display_name,
    {{ kustomer.read(loaded, 'email', 'text') }} as email,
    {{ kustomer.read(loaded, 'user_type', 'text') }} as user_type,
    {{ kustomer.read(loaded, 'deleted', 'boolean') }} as deleted
{{ kustomer.all_rows(loaded) }}
