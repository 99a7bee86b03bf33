-- One row for each team and day on which its members did anything that a metric counts.
--
-- A member of two teams counts in both, so teams do not add up. The variable `kustomer_teams` chooses
-- between the teams that a user had at the time and those of now.

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
