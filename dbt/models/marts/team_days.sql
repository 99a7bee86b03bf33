-- One row for each team and day on which its members did anything that a metric counts.
--
-- A member of two teams counts in both, so teams do not add up. Which teams count, those of then or
-- those of now, is the variable `kustomer_teams`.

with work as (

    {{ kustomer.metric(kustomer.metrics_of_work(), by=['team_id', 'day']) }}

)

select
    work.team_id,
    coalesce(teams.display_name, teams.name) as team,
    work.day,
    {%- for name in kustomer.metrics_of_work() %}
    work.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from work
left join {{ ref('stg_kustomer__teams') }} as teams
    on work.team_id = teams.id
