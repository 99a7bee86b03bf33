-- One row for each team, with the ids of its members.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('teams') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'display_name', 'text') }} as display_name,
    {{ kustomer.read(loaded, 'deleted', 'boolean') }} as deleted
{{ kustomer.all_rows(loaded) }}
