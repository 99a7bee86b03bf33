{#-
    The ids of the rows that an incremental model lacks, or has in another version.

    Versions are compared, not times with a clock: a row that arrives late is found as well, and a
    run that failed leaves nothing out. All rows created on one day are compared at once, by their
    fingerprint. Only on days that differ, of which there are few after an hour, are rows compared
    one by one.

    model    The model that the rows come from, by its name.
    version  The column that changes with each version of a row.
-#}
{% macro changed(model, version='updated_at') -%}
with found_day as (

        {{ kustomer.versions_by_day(ref(model), version) }}

    ),

    built_day as (

        {{ kustomer.versions_by_day(this, version) }}

    ),

    different_day as (

        select found_day.day
        from found_day
        left join built_day
            on found_day.day = built_day.day
        where found_day.version is distinct from built_day.version

    )

    select found.id
    from {{ ref(model) }} as found
    left join {{ this }} as built
        on found.id = built.id
    where
        {{ kustomer.day_of_creation('found.created_at') }} in (select day from different_day)
        and (built.id is null or found.{{ version }} is distinct from built.{{ version }})
{%- endmacro %}


{% macro versions_by_day(relation, version) -%}
select
            {{ kustomer.day_of_creation('created_at') }} as day,
            {{ kustomer.fingerprint(['id', version]) }} as version
        from {{ relation }}
        group by 1
{%- endmacro %}


{#- Rows without a time of creation have a day, too, so that they are compared. -#}
{% macro day_of_creation(created_at) -%}
    coalesce(cast({{ created_at }} as date), date '1970-01-01')
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
