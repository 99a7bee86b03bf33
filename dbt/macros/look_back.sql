{#-
    From where an incremental run reads again: a day before the newest row it has, because runs of
    the tap overlap and tables of one run are not loaded at the same moment.
-#}
{% macro look_back(newest) -%}
{{ dbt.dateadd('day', -1, newest) }}
{%- endmacro %}
