-- One row for each conversation, with its values taken out of JSON.
--
-- Only conversations that have changed are built again. So nothing here depends on the present moment
-- or on other tables, except for the names of tags.
-- `int_kustomer__measured_conversations` and `conversations` add the rest.

{{ config(
    materialized='incremental',
    unique_key='id',
    post_hook="{{ kustomer.forget('stg_kustomer__conversations') }}",
) }}

with {% if is_incremental() -%}
-- Only ids, so that the other columns of unchanged rows are not read out of JSON.
changed as (

    {{ kustomer.changed('stg_kustomer__conversations') }}

    union all

    -- A tag may get another name.
    select built.id
    from {{ this }} as built
    cross join {{ kustomer.json_items('built.tags') }}
    inner join {{ ref('stg_kustomer__tags') }} as tags
        on item = tags.id
    where tags.updated_at > (select max(tags_named_at) from {{ this }})

),

{% endif -%}
conversation as (

    select * from {{ ref('stg_kustomer__conversations') }}
    {% if is_incremental() -%}
    where id in (select id from changed)
    {%- endif %}

),

tagged as (

    select
        conversation.id,
        max(tags.updated_at) as tags_named_at,
        {{ dbt.listagg('coalesce(tags.name, item)', "', '", 'order by coalesce(tags.name, item)') }} as tag_names
    from conversation
    cross join {{ kustomer.json_items('conversation.tags') }}
    left join {{ ref('stg_kustomer__tags') }} as tags
        on item = tags.id
    group by conversation.id

)

select
    conversation.*,
    tagged.tag_names,
    tagged.tags_named_at
from conversation
left join tagged
    on conversation.id = tagged.id
