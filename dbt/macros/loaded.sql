{#-
    A loaded table: its relation, and its columns by name.

    Without the table, its view is empty and a warning names it; all other models are built.
-#}
{% macro loaded(table, quietly=false) %}
    {%- set relation = source('kustomer', table) -%}
    {%- set found = namespace(relation=none, columns={}) -%}
    {%- if execute -%}
        {%- set found.relation = adapter.get_relation(
            relation.database, relation.schema, relation.identifier
        ) -%}
        {%- if found.relation is not none -%}
            {%- for column in adapter.get_columns_in_relation(found.relation) -%}
                {%- do found.columns.update({column.name | lower: column}) -%}
            {%- endfor -%}
        {%- elif not quietly -%}
            {%- do exceptions.warn(
                relation.schema ~ '.' ~ table ~ ': not loaded, so what is built from it stays empty. '
                ~ 'Select the stream `' ~ table ~ '` in the tap, or check the variable `kustomer_schema`.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return({'table': table, 'relation': found.relation, 'columns': found.columns}) -}}
{% endmacro %}


{#-
    A typed value of a row, or null where the table lacks the column, as with an older tap.

    A dot in `name` leads into an object, which may be one column or, with the tap's setting
    `flattening_enabled`, several.
-#}
{% macro read(loaded, name, kind) %}
    {%- set path = name.split('.') -%}
    {%- set flattened = loaded.columns.get(path | join('__')) -%}
    {%- set column = loaded.columns.get(path[0]) -%}
    {%- if flattened is not none -%}
        {{- kustomer.typed('loaded.' ~ adapter.quote(flattened.name), kind, flattened.dtype) -}}
    {%- elif column is none -%}
        cast(null as {{ kustomer.type_of(kind) }})
    {%- elif path | length == 1 -%}
        {{- kustomer.typed('loaded.' ~ adapter.quote(column.name), kind, column.dtype) -}}
    {%- elif kind == 'json' -%}
        cast({{ kustomer.json_value('loaded.' ~ adapter.quote(column.name), path[1:]) }} as {{ kustomer.type_of(kind) }})
    {%- else -%}
        {%- set text = kustomer.json_text('loaded.' ~ adapter.quote(column.name), path[1:]) -%}
        {{- kustomer.typed(text, kind, 'text') -}}
    {%- endif -%}
{% endmacro %}


{% macro typed(expression, kind, data_type) %}
    {%- if kind == 'time' -%}
        {{- kustomer.utc(expression, data_type) -}}
    {%- elif kind == 'json' -%}
        {{- kustomer.json_as_text(expression, data_type) -}}
    {%- else -%}
        cast({{ expression }} as {{ kustomer.type_of(kind) }})
    {%- endif -%}
{% endmacro %}


{% macro type_of(kind) %}
    {{- {
        'text': dbt.type_string(),
        'json': dbt.type_string(),
        'integer': dbt.type_bigint(),
        'number': kustomer.type_number(),
        'boolean': dbt.type_boolean(),
        'time': dbt.type_timestamp(),
    }[kind] -}}
{% endmacro %}


{#- The rows of a table, without those that a target has marked as deleted. -#}
{% macro all_rows(loaded) %}
    {%- if loaded.relation is none -%}
where false
    {%- else -%}
from {{ loaded.relation }} as loaded
        {%- if '_sdc_deleted_at' in loaded.columns %}
where loaded._sdc_deleted_at is null
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#-
    The rows of a derived table that are as new as their parent's row: see docs/derived.md. Without
    the parent's table, or without the time of either, `rows_up_to_siblings`.
-#}
{% macro current_rows(loaded, parent, key, time) %}
    {%- set parent = kustomer.loaded(parent, quietly=true) -%}
    {%- if time not in loaded.columns or 'updated_at' not in parent.columns -%}
        {{- kustomer.rows_up_to_siblings(loaded, key) -}}
    {%- else -%}
from {{ loaded.relation }} as loaded
inner join {{ parent.relation }} as parent
    on loaded.{{ key }} = parent.id
    and {{ kustomer.read(loaded, time, 'time') }}
        = {{ kustomer.typed('parent.updated_at', 'time', parent.columns['updated_at'].dtype) }}
        {%- if '_sdc_deleted_at' in loaded.columns %}
where loaded._sdc_deleted_at is null
        {%- endif -%}
    {%- endif -%}
{% endmacro %}


{#-
    The rows of a derived table whose position is below `siblings` of the first row; all rows if the
    table lacks that column.
-#}
{% macro rows_up_to_siblings(loaded, key) %}
    {%- if 'siblings' not in loaded.columns -%}
        {{- kustomer.all_rows(loaded) -}}
    {%- else -%}
from {{ loaded.relation }} as loaded
inner join (
    select
        loaded.{{ key }},
        {{ kustomer.read(loaded, 'siblings', 'integer') }} as siblings
    from {{ loaded.relation }} as loaded
    where {{ kustomer.read(loaded, 'position', 'integer') }} = 0
) as newest
    on loaded.{{ key }} = newest.{{ key }}
where {{ kustomer.read(loaded, 'position', 'integer') }} < newest.siblings
        {%- if '_sdc_deleted_at' in loaded.columns %}
    and loaded._sdc_deleted_at is null
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
