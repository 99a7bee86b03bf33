-- One row for each queue, those that Kustomer itself made included.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('queues') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'display_name', 'text') }} as display_name
{{ kustomer.all_rows(loaded) }}
