-- One row for each stretch in which a user had a conversation open, with its length in seconds.

{%- set source_model = 'stg_kustomer__' ~ kustomer.choice('kustomer_handle_times') %}

{{ config(
    materialized='incremental',
    unique_key='id',
    post_hook="{{ kustomer.forget('stg_kustomer__' ~ kustomer.choice('kustomer_handle_times')) }}",
) }}

with record as (

    select * from {{ ref(source_model) }}
    {% if is_incremental() -%}
    where id in ({{ kustomer.changed(source_model, version='created_at') }})
    {%- endif %}

),

-- The unit of conversation_times is not documented. Their values are near the seconds between the
-- record's two times, or near a thousand times that.
unit as (

    select
        {%- if kustomer.choice('kustomer_handle_times') == 'conversation_times_v2'
            or kustomer.choice('kustomer_handle_time_unit') == 'milliseconds' %}
        1000.0 as per_second
        {%- elif kustomer.choice('kustomer_handle_time_unit') == 'seconds' %}
        1.0 as per_second
        {%- else %}
        case
            when {{ kustomer.percentile('handle_time / ' ~ kustomer.seconds_between('handle_at', 'created_at'), 0.5) }} > 100
            then 1000.0
            else 1.0
        end as per_second
    from {{ ref(source_model) }}
    where handle_time > 0 and created_at > handle_at
        {%- endif %}

)

select
    record.id,
    record.conversation_id,
    record.customer_id,
    record.created_by_id as user_id,
    record.created_by_teams,
    record.handle_at,
    record.created_at,
    {{ kustomer.local_day('record.created_at') }} as day,
    record.handle_time / cast(unit.per_second as {{ kustomer.type_number() }}) as seconds,
    coalesce(record.messages_sent, 0) as messages_sent,
    coalesce(record.notes_sent, 0) as notes_sent,
    coalesce(record.resolved, false) as is_resolved
from record
cross join unit
