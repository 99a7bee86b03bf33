{#-
    A variable of a few values. A value that is none of them is refused, because otherwise the models
    would be built as if another had been chosen.
-#}
{% macro choice(name) %}
    {%- set values = {
        'kustomer_hours': ['business', 'calendar'],
        'kustomer_message_clock': ['created', 'sent'],
        'kustomer_rating_clock': ['created', 'updated'],
        'kustomer_reopen_count': ['reopen_count', 'reopen_from_done_count'],
        'kustomer_teams': ['then', 'now'],
        'kustomer_handle_times': ['conversation_times', 'conversation_times_v2'],
        'kustomer_handle_time_unit': ['auto', 'seconds', 'milliseconds'],
    }[name] -%}
    {%- if var(name) not in values -%}
        {%- do exceptions.raise_compiler_error(
            'expected the variable ' ~ name ~ ' to be ' ~ values | join(' or ') ~ ', but got ' ~ var(name)
        ) -%}
    {%- endif -%}
    {{- return(var(name)) -}}
{% endmacro %}
