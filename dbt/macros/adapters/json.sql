{#- Text at a path inside a JSON value, or null. The value may be loaded as JSON or as text. -#}
{% macro json_text(expression, path) %}
    {{- adapter.dispatch('json_text', 'kustomer')(expression, path) -}}
{% endmacro %}

{% macro default__json_text(expression, path) -%}
    (cast({{ expression }} as jsonb) #>> '{{ "{" ~ path | join(",") ~ "}" }}')
{%- endmacro %}

{% macro duckdb__json_text(expression, path) -%}
    json_extract_string({{ expression }}, '$.{{ path | join(".") }}')
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__json_text(expression, path) -%}
    cast(get_path(parse_json(cast({{ expression }} as varchar)), '{{ path | join(".") }}') as varchar)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__json_text(expression, path) -%}
    json_value({{ expression }}, '$.{{ path | join(".") }}')
{%- endmacro %}


{#- A JSON value as text. The column may be JSON, text, or an array, as target-postgres makes it. -#}
{% macro json_as_text(expression, data_type) %}
    {{- adapter.dispatch('json_as_text', 'kustomer')(expression, data_type | lower) -}}
{% endmacro %}

{% macro default__json_as_text(expression, data_type) -%}
    {%- set is_array = 'array' in data_type or '[]' in data_type -%}
    cast({{ 'to_jsonb(' ~ expression ~ ')' if is_array else expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro duckdb__json_as_text(expression, data_type) -%}
    cast({{ 'to_json(' ~ expression ~ ')' if '[]' in data_type else expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__json_as_text(expression, data_type) -%}
    cast({{ expression }} as varchar)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__json_as_text(expression, data_type) -%}
    {{ expression if data_type == 'string' else 'to_json_string(' ~ expression ~ ')' }}
{%- endmacro %}


{#- The JSON value at a path inside a JSON value, or null. -#}
{% macro json_value(expression, path) %}
    {{- adapter.dispatch('json_value', 'kustomer')(expression, path) -}}
{% endmacro %}

{% macro default__json_value(expression, path) -%}
    (cast({{ expression }} as jsonb) #> '{{ "{" ~ path | join(",") ~ "}" }}')
{%- endmacro %}

{% macro duckdb__json_value(expression, path) -%}
    json_extract({{ expression }}, '$.{{ path | join(".") }}')
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__json_value(expression, path) -%}
    get_path(parse_json(cast({{ expression }} as varchar)), '{{ path | join(".") }}')
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__json_value(expression, path) -%}
    json_query({{ expression }}, '$.{{ path | join(".") }}')
{%- endmacro %}


{#- Whether a JSON value is an array with at least one item. -#}
{% macro json_has_items(expression) %}
    {{- adapter.dispatch('json_has_items', 'kustomer')(expression) -}}
{% endmacro %}

{% macro default__json_has_items(expression) -%}
    coalesce(left(cast({{ expression }} as {{ dbt.type_string() }}), 1) = '['
        and cast({{ expression }} as {{ dbt.type_string() }}) <> '[]', false)
{%- endmacro %}


{#- The first text of a JSON array, or null. -#}
{% macro json_first(expression) %}
    {{- adapter.dispatch('json_first', 'kustomer')(expression) -}}
{% endmacro %}

{% macro default__json_first(expression) -%}
    (cast({{ expression }} as jsonb) ->> 0)
{%- endmacro %}

{% macro duckdb__json_first(expression) -%}
    json_extract_string({{ expression }}, '$[0]')
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__json_first(expression) -%}
    cast(get(parse_json(cast({{ expression }} as varchar)), 0) as varchar)
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__json_first(expression) -%}
    json_value({{ expression }}, '$[0]')
{%- endmacro %}


{#- A table with one column `item`: the texts in a JSON array, each once. For a `cross join`. -#}
{% macro json_items(expression) %}
    {{- adapter.dispatch('json_items', 'kustomer')(expression) -}}
{% endmacro %}

{% macro default__json_items(expression) -%}
    lateral (
        select distinct jsonb_array_elements_text(
            case when jsonb_typeof(cast({{ expression }} as jsonb)) = 'array'
            then cast({{ expression }} as jsonb) end
        ) as item
    ) as items
{%- endmacro %}

{% macro duckdb__json_items(expression) -%}
    unnest(list_distinct(json_extract_string({{ expression }}, '$[*]'))) as items(item)
{%- endmacro %}

{#- Untested. -#}
{% macro snowflake__json_items(expression) -%}
    lateral (
        select distinct cast(value as varchar) as item
        from table(flatten(input => parse_json(cast({{ expression }} as varchar))))
    ) as items
{%- endmacro %}

{#- Untested. -#}
{% macro bigquery__json_items(expression) -%}
    unnest(array(select distinct text from unnest(json_value_array({{ expression }})) as text)) as item
{%- endmacro %}
