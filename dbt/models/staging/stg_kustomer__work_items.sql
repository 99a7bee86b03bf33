-- One row for each work item: a conversation on its way through routing.
-- Written by `python docs/generate.py` from what the tap declares.
{%- set loaded = kustomer.loaded('work_items') %}

select
    {{ kustomer.read(loaded, 'id', 'text') }} as id,
    {{ kustomer.read(loaded, 'resource_id', 'text') }} as resource_id,
    {{ kustomer.read(loaded, 'resource_type', 'text') }} as resource_type,
    {{ kustomer.read(loaded, 'channel', 'text') }} as channel,
    {{ kustomer.read(loaded, 'queue_id', 'text') }} as queue_id,
    {{ kustomer.read(loaded, 'team_id', 'text') }} as team_id,
    {{ kustomer.read(loaded, 'assigned_to_id', 'text') }} as assigned_to_id,
    {{ kustomer.read(loaded, 'status', 'text') }} as status,
    {{ kustomer.read(loaded, 'paused', 'boolean') }} as paused,
    {{ kustomer.read(loaded, 'created_at', 'time') }} as created_at,
    {{ kustomer.read(loaded, 'updated_at', 'time') }} as updated_at,
    {{ kustomer.read(loaded, 'completed_at', 'time') }} as completed_at,
    {{ kustomer.read(loaded, 'first_enter_queue_at', 'time') }} as first_enter_queue_at,
    {{ kustomer.read(loaded, 'queued_count', 'integer') }} as queued_count,
    {{ kustomer.read(loaded, 'handle.time', 'integer') }} as handle_time,
    {{ kustomer.read(loaded, 'handle.completed_at', 'time') }} as handle_completed_at,
    {{ kustomer.read(loaded, 'wrap_up.time', 'integer') }} as wrap_up_time,
    {{ kustomer.read(loaded, 'abandoned.time', 'integer') }} as abandoned_time,
    {{ kustomer.read(loaded, 'first_routed_response.time', 'integer') }} as first_routed_response_time,
    {{ kustomer.read(loaded, 'last_revision.queue_time', 'integer') }} as last_revision_queue_time,
    {{ kustomer.read(loaded, 'last_revision.accepted_at', 'time') }} as last_revision_accepted_at,
    {{ kustomer.read(loaded, 'last_revision.timedout', 'boolean') }} as last_revision_timedout
{{ kustomer.all_rows(loaded) }}
