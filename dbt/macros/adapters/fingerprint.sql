{#-
    A text that differs if any of these columns does in any row of a group, whatever their order.
    Hashes of 64 bits are added up, so that a change stays unseen with a chance of 1 in 10^19.
-#}
{% macro fingerprint(columns) %}
    {{- adapter.dispatch('fingerprint', 'kustomer')(columns) -}}
{% endmacro %}

{% macro default__fingerprint(columns) -%}
    cast(sum(hashtextextended(concat({{ columns | join(", '|', ") }}), 0)) as text)
{%- endmacro %}

{% macro duckdb__fingerprint(columns) -%}
    cast(sum(hash({{ columns | join(', ') }})) as varchar)
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__fingerprint(columns) -%}
    cast(hash_agg({{ columns | join(', ') }}) as varchar)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__fingerprint(columns) -%}
    cast(sum(cast(farm_fingerprint(to_json_string(struct({{ columns | join(', ') }}))) as bignumeric)) as string)
{%- endmacro %}
