{#- The promises that an agreement can make, by the names of their columns. -#}
{% macro sla_metrics() %}
    {{- return([
        'first_response',
        'longest_unresponded_message',
        'total_customer_wait_time',
        'total_conversation_open_time',
        'next_reply',
    ]) -}}
{% endmacro %}


{#-
    The state of one promise to a conversation now: achieved, breached, pending, or null where the
    agreement does not make it.

    `breach_at` is a deadline: it is set in advance, and stays after the promise was kept. So it is a
    breach only once it has passed without a `satisfied_at` before it.
-#}
{% macro promise_state(metric) %}
    {%- set breach_at = 'conversation.sla_metrics_' ~ metric ~ '_breach_at' -%}
    {%- set satisfied_at = 'conversation.sla_metrics_' ~ metric ~ '_satisfied_at' -%}
case
        when {{ satisfied_at }} <= coalesce({{ breach_at }}, {{ satisfied_at }}) then 'achieved'
        when {{ satisfied_at }} > {{ breach_at }} then 'breached'
        when {{ breach_at }} <= {{ kustomer.now() }} then 'breached'
        when {{ breach_at }} is not null then 'pending'
    end
{%- endmacro %}


{#- The state of the whole agreement: one broken promise breaches it, all kept promises achieve it. -#}
{% macro policy_state() -%}
case
        when conversation.sla_matched_at is null then null
        when conversation.sla_breached then 'breached'
        when conversation.sla_summary_satisfied_at
            <= coalesce(conversation.sla_summary_first_breach_at, conversation.sla_summary_satisfied_at)
            then 'achieved'
        when conversation.sla_summary_satisfied_at > conversation.sla_summary_first_breach_at
            then 'breached'
        when conversation.sla_summary_first_breach_at <= {{ kustomer.now() }} then 'breached'
        else 'pending'
    end
{%- endmacro %}


{#- A promise by the name of its column, such as `first_response` for `firstResponse`. -#}
{% macro sla_metric_of(column) -%}
case {{ column }}
            {%- for metric in kustomer.sla_metrics() %}
            {%- set words = metric.split('_') %}
            when '{{ words[0] ~ words[1:] | map("capitalize") | join }}' then '{{ metric }}'
            {%- endfor %}
            else {{ column }}
        end
{%- endmacro %}
