{#-
    The ids of the rows that an incremental model lacks, or has in another version.

    Versions are compared, not times with a clock: a row that arrives late is found as well, and a
    run that failed leaves nothing out.

    model    The model that the rows come from, by its name.
    version  The column that changes with each version of a row.
-#}
{% macro changed(model, version='updated_at') -%}
select found.id
    from {{ ref(model) }} as found
    left join {{ this }} as built
        on found.id = built.id
    where
        built.id is null
        or found.{{ version }} is distinct from built.{{ version }}
{%- endmacro %}


{#-
    What follows an incremental build: rows that are gone from where they came from go, too.

    All that is there has just been built. So there are such rows if, and only if, there are more.
-#}
{% macro forget(model) -%}
    {%- set query -%}
        select (select count(*) from {{ this }}) - (select count(*) from {{ ref(model) }})
    {%- endset -%}
    {%- if execute and run_query(query).rows[0][0] > 0 -%}
        delete from {{ this }} where id not in (select id from {{ ref(model) }})
    {%- endif -%}
{%- endmacro %}
