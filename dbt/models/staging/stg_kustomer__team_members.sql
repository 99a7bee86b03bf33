-- One row for each member of a team.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('team_members') %}

select
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id,
    {{ kustomer.read(loaded, 'position', 'integer') }} as position,
    {{ kustomer.read(loaded, 'user_id', 'text') }} as user_id
{{ kustomer.current_rows(loaded, 'teams', 'team_id', 'team_updated_at') }}
