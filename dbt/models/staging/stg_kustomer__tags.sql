-- One row for each tag; other tables hold its id.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('tags') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'updated_at', 'time') }} as updated_at,
    {{ kustomer.read(loaded, 'deleted', 'boolean') }} as deleted
{{ kustomer.all_rows(loaded) }}
