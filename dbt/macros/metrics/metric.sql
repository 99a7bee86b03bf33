{#-
    A query for metrics over a range of days.

    Distinct customers and conversations of two days do not add up to those of both, and neither do
    medians: ask for the whole range instead of summing a table by day.

        select * from ({{ kustomer.metric(['median_first_response'], '2026-10-01', '2026-10-31',
                                           by=['channel']) }})

    names      Of metrics, see docs/metrics.md.
    first_day  The first day that counts, as YYYY-MM-DD or as a SQL expression; none for all before.
    last_day   The last day that counts; none for all after.
    time_zone  Decides where days begin; by default, the variable kustomer_time_zone.
    by         Any of: day, weekday, hour, channel, brand_id, queue_id, user_id, team_id. A team's
               row counts all that its members did, so rows of teams do not add up.
    activities A relation to count instead of int_kustomer__activities, with the same columns.
-#}
{% macro metric(names, first_day=none, last_day=none, time_zone=none, by=[], activities=none) %}
    {%- set names = [names] if names is string else names -%}
    {%- set by = [by] if by is string else by -%}
    {%- set local = kustomer.local_time('activities.counts_at', time_zone) -%}
    {%- set day = kustomer.local_day('activities.counts_at', time_zone) -%}
    {%- set dimensions = {
        'day': day,
        'weekday': kustomer.weekday(local),
        'hour': 'cast(extract(hour from ' ~ local ~ ') as integer)',
        'channel': 'activities.channel',
        'brand_id': 'activities.brand_id',
        'queue_id': 'activities.queue_id',
        'user_id': 'activities.user_id',
        'team_id': 'item',
    } -%}
    {%- for dimension in by if dimension not in dimensions -%}
        {%- do exceptions.raise_compiler_error(
            'kustomer.metric: expected dimensions out of ' ~ dimensions.keys() | join(', ')
            ~ ', but got ' ~ dimension
        ) -%}
    {%- endfor -%}
select
    {%- for dimension in by %}
    {{ dimensions[dimension] }} as {{ dimension }},
    {%- endfor %}
    {%- for name in names %}
    {{ kustomer.aggregated(name) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    select * from {{ activities or ref('int_kustomer__activities') }} as activities
    where
        activity in ({{ kustomer.activities_of(names) }})
        {%- if first_day %}
        and {{ day }} >= {{ kustomer.as_day(first_day) }}
        {%- endif %}
        {%- if last_day %}
        and {{ day }} <= {{ kustomer.as_day(last_day) }}
        {%- endif %}
) as activities
{%- if 'team_id' in by %}
cross join {{ kustomer.json_items('activities.teams') }}
{%- endif %}
{%- if by %}
group by {{ range(1, by | length + 1) | join(', ') }}
{%- endif %}
{%- endmacro %}


{#- The activities that metrics count, as a list of texts. -#}
{% macro activities_of(names) -%}
    {%- set found = [] -%}
    {%- for name in names -%}
        {%- do found.append(kustomer.declared_metric(name).activity) -%}
    {%- endfor -%}
    '{{ found | unique | join("', '") }}'
{%- endmacro %}


{#- A day that is written as YYYY-MM-DD, or a SQL expression as it is. -#}
{% macro as_day(day) -%}
    {%- if modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day | string) -%}
        cast('{{ day }}' as date)
    {%- else -%}
        {{ day }}
    {%- endif -%}
{%- endmacro %}


{#- The declaration of a metric. -#}
{% macro declared_metric(name) %}
    {%- set declared = kustomer.declared_metrics() -%}
    {%- if name not in declared -%}
        {%- do exceptions.raise_compiler_error(
            'kustomer: expected metrics out of docs/metrics.md, but got ' ~ name
        ) -%}
    {%- endif -%}
    {{- return(declared[name]) -}}
{% endmacro %}


{#- A metric as an aggregate over `activities`; it ignores the rows of other metrics. -#}
{% macro aggregated(name) %}
    {%- set metric = kustomer.declared_metric(name) -%}
    {%- set chosen = "activities.activity = '" ~ metric.activity ~ "'"
        ~ (' and activities.' ~ metric.where if metric.where else '') -%}
    {%- set of = 'case when ' ~ chosen ~ ' then activities.' ~ (metric.of or 'activity_id') ~ ' end' -%}
    {%- set per = 'case when ' ~ chosen ~ ' then activities.' ~ (metric.per or 'activity_id') ~ ' end' -%}
    {%- if metric.aggregate == 'count' -%}
        count({{ of }})
    {%- elif metric.aggregate == 'count_distinct' -%}
        count(distinct {{ of }})
    {%- elif metric.aggregate == 'mean' -%}
        avg({{ of }})
    {%- elif metric.aggregate == 'median' -%}
        {{ kustomer.percentile(of, 0.5) }}
    {%- elif metric.aggregate == 'percentile_90' -%}
        {{ kustomer.percentile(of, 0.9) }}
    {%- elif metric.aggregate == 'count_per' -%}
        cast(count({{ of }}) as {{ kustomer.type_number() }}) / nullif(count(distinct {{ per }}), 0)
    {%- elif metric.aggregate == 'sum_per' -%}
        cast(sum({{ of }}) as {{ kustomer.type_number() }}) / nullif(count(distinct {{ per }}), 0)
    {%- elif metric.aggregate == 'share' -%}
        cast(100 * count(case when {{ chosen }} and activities.{{ metric.hit }} then 1 end) as {{ kustomer.type_number() }})
        / nullif(count({{ of }}), 0)
    {%- endif -%}
{% endmacro %}


{#- The metrics of agents and teams: columns of agent_days and team_days. -#}
{% macro metrics_of_work() %}
    {{- return([
        'messages_sent',
        'conversations_messaged',
        'customers_messaged',
        'messages_sent_per_conversation',
        'messages_sent_per_customer',
        'share_with_shortcuts',
        'average_response',
        'average_first_response',
        'median_first_response',
        'average_first_resolution',
        'median_first_resolution',
        'first_contact_resolution_rate',
        'conversations_first_done',
        'conversations_marked_done',
        'average_handle_time',
        'ratings',
        'satisfaction_score',
        'average_rating',
    ]) -}}
{% endmacro %}
