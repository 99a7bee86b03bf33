-- One row for each brand of the organisation, the default brand included.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('brands') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name
{{ kustomer.all_rows(loaded) }}
