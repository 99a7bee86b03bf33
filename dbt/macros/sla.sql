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
    How one promise of a conversation stands now: achieved, breached, pending, or null where the
    agreement does not make it.

    `breach_at` is a deadline. It is there long before anything is late, and stays when the promise
    was kept, so it counts only once it has passed without a `satisfied_at` before it.
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


{#- The same for the agreement as a whole: one broken promise breaks it, all kept promises keep it. -#}
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


{#- `firstResponse` and the like, as versions of an agreement spell it, in the spelling of columns. -#}
{% macro snake_case_of_promise(column) -%}
case {{ column }}
            when 'firstResponse' then 'first_response'
            when 'longestUnrespondedMessage' then 'longest_unresponded_message'
            when 'totalCustomerWaitTime' then 'total_customer_wait_time'
            when 'totalConversationOpenTime' then 'total_conversation_open_time'
            when 'nextReply' then 'next_reply'
            else {{ column }}
        end
{%- endmacro %}
