-- One row for each target of a version, by metric and priority.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('sla_metrics') %}

select
    {{ kustomer.read(loaded, 'sla_version_id', 'text') }} as sla_version_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'metric', 'text') }} as metric,
    {{ kustomer.read(loaded, 'enabled', 'boolean') }} as enabled,
    {{ kustomer.read(loaded, 'priority', 'integer') }} as priority,
    {{ kustomer.read(loaded, 'milliseconds', 'integer') }} as milliseconds
{{ kustomer.rows_up_to_siblings(loaded, 'sla_version_id') }}
