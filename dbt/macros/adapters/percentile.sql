{#- A percentile of a column's values, interpolated; nulls do not count. -#}
{% macro percentile(expression, share) %}
    {{- adapter.dispatch('percentile', 'kustomer')(expression, share) -}}
{% endmacro %}

{% macro default__percentile(expression, share) -%}
    percentile_cont({{ share }}) within group (order by {{ expression }})
{%- endmacro %}

{#- Faster in DuckDB than the standard's form, and the same. -#}
{% macro duckdb__percentile(expression, share) -%}
    quantile_cont({{ expression }}, {{ share }})
{%- endmacro %}

{#- Untested. BigQuery has no exact percentile as an aggregate. -#}
{% macro bigquery__percentile(expression, share) -%}
    approx_quantiles({{ expression }}, 1000)[offset({{ (share * 1000) | int }})]
{%- endmacro %}
