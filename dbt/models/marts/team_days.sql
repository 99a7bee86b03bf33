-- One row for each team and day on which its members did anything that a metric counts.
--
-- A member of two teams counts in both, so teams do not add up. Which teams count, those of then or
-- those of now, is the variable `kustomer_teams`.

with work as (

    select * from {{ ref('int_kustomer__work_days') }}
    where kind = 'team'

)

select
    work.id as team_id,
    coalesce(teams.display_name, teams.name) as team,
    work.day,
    {%- for name in kustomer.metrics_of_work() %}
    work.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from work
left join {{ ref('stg_kustomer__teams') }} as teams
    on work.id = teams.id
