-- One row for each survey; what customers answered is in `conversations.satisfaction_level`.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('satisfactions') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name
{{ kustomer.all_rows(loaded) }}
