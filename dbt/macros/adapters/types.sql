{#- The type of numbers with fractions; dbt's own type_float has only seven digits in DuckDB. -#}
{% macro type_number() %}
    {{- adapter.dispatch('type_number', 'kustomer')() -}}
{% endmacro %}

{% macro default__type_number() -%}
    double precision
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__type_number() -%}
    float64
{%- endmacro %}
