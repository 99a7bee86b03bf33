{#-
    A text that changes whenever one of these columns changes in any row of a group, but not with the
    order of the rows. It is a sum of 64-bit hashes: one change in 10^19 goes unseen.
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
