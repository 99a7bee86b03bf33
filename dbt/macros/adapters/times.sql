{#- Times in this package are timestamps without a time zone, and mean UTC. -#}

{#- A loaded time in UTC, whatever type the target chose for its column. -#}
{% macro utc(expression, data_type) %}
    {{- adapter.dispatch('utc', 'kustomer')(expression, data_type | lower) -}}
{% endmacro %}

{% macro default__utc(expression, data_type) -%}
    {%- if 'tz' in data_type or 'with time zone' in data_type -%}
        ({{ expression }} at time zone 'UTC')
    {%- elif 'timestamp' in data_type -%}
        {{ expression }}
    {%- else -%}
        (cast({{ expression }} as timestamp with time zone) at time zone 'UTC')
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__utc(expression, data_type) -%}
    {%- if 'with time zone' in data_type or 'tz' in data_type -%}
        ({{ expression }} at time zone 'UTC')
    {%- elif 'timestamp' in data_type -%}
        {{ expression }}
    {%- else -%}
        {#- DuckDB moves a text with an offset to UTC by itself. -#}
        cast({{ expression }} as timestamp)
    {%- endif -%}
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__utc(expression, data_type) -%}
    cast(convert_timezone('UTC', cast({{ expression }} as timestamp_tz)) as timestamp_ntz)
{%- endmacro %}

{#- Untested. BigQuery's timestamp is UTC; its type without a time zone is called datetime. -#}
{% macro bigquery__utc(expression, data_type) -%}
    cast({{ expression }} as timestamp)
{%- endmacro %}


{#-
    The time zone whose midnight ends a day. In a model of another project, `var` finds neither this
    package's defaults nor what that project sets under `kustomer`: there, `kustomer` is a variable.
-#}
{% macro time_zone() -%}
    {{- return(var('kustomer_time_zone', var('kustomer', {}).get('kustomer_time_zone', 'UTC'))) -}}
{%- endmacro %}


{#- The same moment on the clock of a time zone. -#}
{% macro local_time(expression, time_zone=none) %}
    {%- set time_zone = time_zone or kustomer.time_zone() -%}
    {%- if time_zone == 'UTC' -%}
        {{ expression }}
    {%- else -%}
        {{- adapter.dispatch('local_time', 'kustomer')(expression, time_zone) -}}
    {%- endif -%}
{% endmacro %}

{% macro default__local_time(expression, time_zone) -%}
    (({{ expression }} at time zone 'UTC') at time zone '{{ time_zone }}')
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__local_time(expression, time_zone) -%}
    convert_timezone('UTC', '{{ time_zone }}', {{ expression }})
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__local_time(expression, time_zone) -%}
    timestamp(datetime({{ expression }}, '{{ time_zone }}'))
{%- endmacro %}


{#- The day of a moment, in the time zone of the reports. -#}
{% macro local_day(expression, time_zone=none) -%}
    cast({{ kustomer.local_time(expression, time_zone) }} as date)
{%- endmacro %}


{#- The present moment, or the variable `kustomer_now`, for tests and for looking back. -#}
{% macro now() %}
    {%- if var('kustomer_now', none) -%}
        cast('{{ var('kustomer_now') }}' as {{ dbt.type_timestamp() }})
    {%- else -%}
        {{- adapter.dispatch('now', 'kustomer')() -}}
    {%- endif -%}
{% endmacro %}

{% macro default__now() -%}
    (current_timestamp at time zone 'UTC')
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__now() -%}
    cast(convert_timezone('UTC', current_timestamp()) as timestamp_ntz)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__now() -%}
    current_timestamp()
{%- endmacro %}


{#- Seconds from one time to another, fractions included. -#}
{% macro seconds_between(start, end) %}
    {{- adapter.dispatch('seconds_between', 'kustomer')(start, end) -}}
{% endmacro %}

{% macro default__seconds_between(start, end) -%}
    extract(epoch from ({{ end }} - {{ start }}))
{%- endmacro %}

{% macro duckdb__seconds_between(start, end) -%}
    (epoch({{ end }}) - epoch({{ start }}))
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__seconds_between(start, end) -%}
    (datediff(millisecond, {{ start }}, {{ end }}) / 1000.0)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__seconds_between(start, end) -%}
    (timestamp_diff({{ end }}, {{ start }}, millisecond) / 1000.0)
{%- endmacro %}


{#- The number of a day in its week: 1 is Monday. -#}
{% macro weekday(expression) %}
    {{- adapter.dispatch('weekday', 'kustomer')(expression) -}}
{% endmacro %}

{% macro default__weekday(expression) -%}
    cast(extract(isodow from {{ expression }}) as integer)
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__weekday(expression) -%}
    dayofweekiso({{ expression }})
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__weekday(expression) -%}
    (mod(extract(dayofweek from {{ expression }}) + 5, 7) + 1)
{%- endmacro %}


{#- Each day from one to another, both included, as a query with the column `day`. -#}
{% macro days_between(first, last) %}
    {{- adapter.dispatch('days_between', 'kustomer')(first, last) -}}
{% endmacro %}

{% macro default__days_between(first, last) -%}
    select cast(day as date) as day
    from generate_series({{ first }}, {{ last }}, interval '1 day') as days(day)
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
    select cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date) as day
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__days_between(first, last) -%}
    select day from unnest(generate_date_array({{ first }}, {{ last }})) as day
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__days_between(first, last) -%}
    select dateadd(day, row_number() over (order by seq4()) - 1, {{ first }}) as day
    from table(generator(rowcount => 36525))
    qualify day <= {{ last }}
{%- endmacro %}


{#- Milliseconds, Kustomer's unit of durations, as seconds. -#}
{% macro seconds(milliseconds) -%}
    cast({{ milliseconds }} as {{ kustomer.type_number() }}) / 1000
{%- endmacro %}
