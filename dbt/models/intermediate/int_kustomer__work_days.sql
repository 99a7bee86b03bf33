-- One row for each day and each user or team that did anything then which a metric counts.
--
-- Only days on which anything has changed are computed again: those whose version is not here. A
-- change counts wherever it comes from: a row that arrives late, one that is deleted, one that moves
-- to another day, user or team.

{{ config(
    materialized='incremental',
    on_schema_change='sync_all_columns',
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
