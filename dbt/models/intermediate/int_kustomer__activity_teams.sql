-- One row for each activity and each team that it counts for. A user in two teams counts in both,
-- so the rows of teams do not add up to the whole.
{% if var('kustomer_teams') == 'then' %}
with message_team as (

    select
        'message_out' as activity,
        message_id as activity_id,
        team_id
    from {{ ref('stg_kustomer__message_created_by_teams') }}

),

moment_team as (

    select
        case moment
            when 'firstResponse' then 'first_response'
            when 'firstDone' then 'first_done'
            when 'lastDone' then 'last_done'
        end as activity,
        conversation_id as activity_id,
        team_id
    from {{ ref('stg_kustomer__conversation_created_by_teams') }}
    where moment in ('firstResponse', 'firstDone', 'lastDone')

),

handled_team as (

    select
        'handled' as activity,
        conversation_time_id as activity_id,
        team_id
    from {{ ref('stg_kustomer__conversation_time_created_by_teams') }}

),

survey_team as (

    select
        conversation.id,
        items.item as team_id
    from {{ ref('stg_kustomer__conversations') }} as conversation
    cross join {{ kustomer.json_items('conversation.satisfaction_level_sent_by_teams') }}

),

worker_team as (

    select * from message_team
    union all
    select * from moment_team
    union all
    select * from handled_team
    union all
    select 'survey_sent' as activity, id as activity_id, team_id from survey_team
    union all
    select 'rating' as activity, id as activity_id, team_id from survey_team
    union all
    select 'queued' as activity, id as activity_id, team_id from {{ ref('stg_kustomer__work_items') }}

),
{% else %}
with worker_team as (

    select
        activities.activity,
        activities.activity_id,
        members.team_id
    from {{ ref('int_kustomer__activities') }} as activities
    inner join {{ ref('stg_kustomer__team_members') }} as members
        on activities.user_id = members.user_id

),
{% endif %}
-- What customers and agreements do has no worker. It counts for the teams that the conversation is
-- assigned to now.
assigned_team as (

    select
        activities.activity,
        activities.activity_id,
        assigned.team_id
    from {{ ref('int_kustomer__activities') }} as activities
    inner join {{ ref('stg_kustomer__conversation_assigned_teams') }} as assigned
        on activities.conversation_id = assigned.conversation_id
    where activities.activity in ('message_in', 'created', 'automation', 'sla_matched')

)

select distinct activity, activity_id, team_id
from worker_team
where team_id is not null
union all
select distinct activity, activity_id, team_id
from assigned_team
where team_id is not null
