-- One row for each day. Its version changes with every activity of that day that a metric of users or
-- teams counts.

{{ config(materialized='table') }}

{%- set columns = ['activity', 'user_id', 'conversation_id', 'customer_id', 'kind', 'seconds', 'is_hit', 'score', 'teams'] %}

with activity as (

    select
        {{ kustomer.local_day('counts_at') }} as day,
        {{ columns | join(',\n        ') }}
    from {{ ref('int_kustomer__activities') }}
    where activity in ({{ kustomer.activities_of(kustomer.metrics_of_work()) }})

)

select
    day,
    cast(day as {{ dbt.type_string() }}) || ' ' || {{ kustomer.fingerprint(columns) }} as version
from activity
group by day
