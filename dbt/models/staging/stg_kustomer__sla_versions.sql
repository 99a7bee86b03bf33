-- One row for each version of each agreement.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('sla_versions') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'name', 'text') }} as name,
    {{ kustomer.read(loaded, 'version', 'integer') }} as version
{{ kustomer.all_rows(loaded) }}
