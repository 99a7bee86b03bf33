{#-
    The ids of the rows that an incremental model lacks, or has in another version.

    It compares versions, not times with a clock, so it also finds rows that arrive late or that a
    failed run left out. First it compares the fingerprints of all rows created on each day. Then it
    compares row by row on the days that differ, which are few after an hour.

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


{#- Rows without a time of creation share a day of their own, so that they are compared as well. -#}
{% macro day_of_creation(created_at) -%}
    coalesce(cast({{ created_at }} as date), date '1970-01-01')
{%- endmacro %}


{#-
    Delete the rows that the source no longer has, after an incremental build.

    The build has just added every row of the source, so there are rows to delete exactly if this
    table has more rows than the source.
-#}
{% macro forget(model) -%}
    {%- set query -%}
        select (select count(*) from {{ this }}) - (select count(*) from {{ ref(model) }})
    {%- endset -%}
    {%- if execute and run_query(query).rows[0][0] > 0 -%}
        delete from {{ this }} where id not in (select id from {{ ref(model) }})
    {%- endif -%}
{%- endmacro %}
