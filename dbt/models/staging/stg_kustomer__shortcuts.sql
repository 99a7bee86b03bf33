-- One row for each prepared reply that agents can insert.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('shortcuts') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'deleted', 'boolean') }} as deleted
{{ kustomer.all_rows(loaded) }}
