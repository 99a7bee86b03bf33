-- One row for each user and day on which they did anything that a metric counts.
--
-- API keys and deleted users are left out, as in Kustomer's team report. Distinct counts, means and
-- medians hold for the day alone; for a range, use the macro `metric`.

with work as (

    select * from {{ ref('int_kustomer__work_days') }}
    where kind = 'worker'

),

-- Time signed in to routing. It is not the time logged in to Kustomer, which no table has.
session as (

    select
        user_id,
        {{ kustomer.local_day('signed_in_at') }} as day,
        sum({{ kustomer.seconds_between('signed_in_at', 'coalesce(signed_out_at, updated_at)') }}) as routing_seconds
    from {{ ref('stg_kustomer__work_sessions') }}
    where signed_in_at is not null
    group by 1, 2

)

select
    work.id as user_id,
    coalesce(users.display_name, users.name) as agent,
    users.email,
    work.day,
    {%- for name in kustomer.metrics_of_work() %}
    work.{{ name }},
    {%- endfor %}
    session.routing_seconds
from work
inner join {{ ref('stg_kustomer__users') }} as users
    on work.id = users.id
left join session
    on work.id = session.user_id
    and work.day = session.day
where
    coalesce(users.user_type, 'user') = 'user'
    and not coalesce(users.deleted, false)
