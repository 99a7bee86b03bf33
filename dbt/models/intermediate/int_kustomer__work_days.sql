-- One row for each day and each user or team with anything that a metric counts on that day.
--
-- A day is computed again if this table lacks its version. So every kind of change counts: a row that
-- arrives late, that is deleted, or that moves to another day, user or team.

{{ config(
    materialized='incremental',
    post_hook="delete from {{ this }} where version not in (select version from {{ ref('int_kustomer__days') }})",
) }}

with changed as (

    select * from {{ ref('int_kustomer__activities') }}
    where
        activity in ({{ kustomer.activities_of(kustomer.metrics_of_work()) }})
        and {{ kustomer.local_day('counts_at') }} in (
            select day from {{ ref('int_kustomer__days') }}
            {%- if is_incremental() %}
            where version not in (select version from {{ this }})
            {%- endif %}
        )

),

worker as (

    {{ kustomer.metric(kustomer.metrics_of_work(), by=['user_id', 'day'], activities='changed') }}

),

team as (

    {{ kustomer.metric(kustomer.metrics_of_work(), by=['team_id', 'day'], activities='changed') }}

)
{% for name, id in [('worker', 'user_id'), ('team', 'team_id')] %}
select
    '{{ name }}' as kind,
    {{ name }}.{{ id }} as id,
    {{ name }}.day,
    days.version,
    {%- for metric in kustomer.metrics_of_work() %}
    {{ name }}.{{ metric }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ name }}
inner join {{ ref('int_kustomer__days') }} as days
    on {{ name }}.day = days.day
{{ 'union all' if not loop.last }}
{%- endfor %}
