"""The first layer of the dbt package in `dbt/`: sources, and a typed view of each table in use.

`STAGED` names the columns that the package's metrics need. Their types and descriptions, and which
rows of a derived table are current, follow from the tap's declarations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.joins import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from generator.columns import Column
    from generator.tables import Table

_RESULT: Final = ("id", "created_at", "created_by", "created_by_teams", "time", "business_time")
_SLA_METRICS: Final = (
    "first_response",
    "longest_unresponded_message",
    "total_customer_wait_time",
    "total_conversation_open_time",
    "next_reply",
)

# The columns of each table, in the order of the view. A dot leads into an object.
STAGED: Final[Mapping[str, tuple[str, ...]]] = {
    "brands": ("id", "name"),
    "conversations": (
        *("id", "customer_id", "created_at", "updated_at", "imported_at"),
        *("status", "direction", "priority", "brand_id", "queue_id"),
        *("assigned_teams", "assigned_users", "tags"),
        *("deleted", "spam", "merged_target"),
        *("message_count", "inbound_message_count", "outbound_message_count", "note_count"),
        *("done_count", "reopen_count", "reopen_from_done_count"),
        *("open.status_at", "snooze.status_at", "snooze.time"),
        *("first_message_in.created_at", "first_message_in.channel"),
        *("first_message_out.created_at", "first_message_out.channel"),
        "last_message_unresponded_to_since_last_done.created_at",
        *(f"first_response.{key}" for key in _RESULT),
        *(f"first_done.{key}" for key in _RESULT[1:]),
        *(f"last_done.{key}" for key in _RESULT[1:]),
        *("total_open.time", "total_open.business_time"),
        *("sla_id", "sla_version_id", "sla.name", "sla.status", "sla.matched_at"),
        *("sla.breached", "sla.breach.at"),
        *("sla.summary.satisfied_at", "sla.summary.first_breach_at"),
        *(f"sla.metrics.{metric}.breach_at" for metric in _SLA_METRICS),
        *(f"sla.metrics.{metric}.satisfied_at" for metric in _SLA_METRICS),
        *("sla.metrics.next_reply.on_time_count", "sla.metrics.next_reply.late_count"),
        *("satisfaction_level.form", "satisfaction_level.channel", "satisfaction_level.status"),
        *("satisfaction_level.created_at", "satisfaction_level.updated_at"),
        *("satisfaction_level.sent_at", "satisfaction_level.sent_by"),
        *("satisfaction_level.sent_by_teams", "satisfaction_level.score"),
        *("satisfaction_level.rating", "satisfaction_level.first_answer"),
        *("assistant.assistant_id", "assistant.status", "assistant.emulation"),
        *("assistant.transferred_at", "assistant.fac.is_fac", "assistant.fac.created_at"),
        *("ai_agent.automation_id", "last_deflection.deflected_at", "last_deflection.status"),
    ),
    "conversation_times": (
        *("id", "conversation_id", "customer_id", "created_by_id", "created_by_teams"),
        *("created_at", "handle_at", "handle_time", "messages_sent", "notes_sent", "resolved"),
    ),
    "conversation_times_v2": (
        *("id", "conversation_id", "customer_id", "created_by_id", "created_by_teams"),
        *("created_at", "handle_at", "handle_time", "messages_sent", "notes_sent", "resolved"),
    ),
    "messages": (
        *("id", "conversation_id", "customer_id", "created_by_id", "created_by_teams"),
        *("created_at", "sent_at", "updated_at", "imported_at"),
        *("direction", "direction_type", "channel", "source", "shortcuts"),
        *("auto", "deleted", "spam", "response_time", "response_business_time"),
    ),
    "queues": ("id", "name", "display_name"),
    "satisfactions": ("id", "name"),
    "shortcuts": ("id", "name", "deleted"),
    "sla_metrics": ("sla_version_id", "position", "metric", "enabled", "priority", "milliseconds"),
    "sla_versions": ("id", "name", "version"),
    "tags": ("id", "name", "updated_at", "deleted"),
    "team_members": ("team_id", "position", "user_id"),
    "teams": ("id", "name", "display_name", "deleted"),
    "users": ("id", "name", "display_name", "email", "user_type", "deleted"),
    "work_items": (
        *("id", "resource_id", "resource_type", "channel", "queue_id", "team_id"),
        *("assigned_to_id", "status", "paused", "created_at", "updated_at", "completed_at"),
        *("first_enter_queue_at", "queued_count", "handle.time", "handle.completed_at"),
        *("wrap_up.time", "abandoned.time", "first_routed_response.time"),
        *("last_revision.queue_time", "last_revision.accepted_at", "last_revision.timedout"),
    ),
    "work_sessions": (
        *("id", "user_id", "team_id", "signed_in_at", "signed_out_at", "updated_at"),
        *("total_available.time", "total_unavailable.time", "handled_item_count"),
    ),
}

_BY: Final = "Written by `python docs/generate.py` from what the tap declares."


def package_files(tables: Sequence[Table]) -> dict[str, str]:
    """What the generated files of the package should hold, by their path below `dbt/`.

    Args:
        tables: All tables of the tap.

    Raises:
        UnknownError: A staged column is not one of the tap's.
    """
    known = {table.name: table for table in tables}
    staged = {name: _columns(known[name], names) for name, names in STAGED.items()}
    folder = "models/staging"
    files = {
        f"{folder}/_sources.yml": _sources([known[name] for name in STAGED]),
        f"{folder}/_staging.yml": _descriptions(known, staged),
        **{
            f"{folder}/stg_kustomer__{name}.sql": _view(known, known[name], columns)
            for name, columns in staged.items()
        },
    }
    return dict(sorted(files.items()))


def _columns(table: Table, names: Sequence[str]) -> list[Column]:
    known = {column.name: column for column in table.columns}
    if unknown := [name for name in names if name not in known]:
        raise UnknownError(
            f"docs/generator/models.py: expected columns of {table.name}, but "
            f"{', '.join(unknown)} is none"
        )
    return [known[name] for name in names]


def _view(known: Mapping[str, Table], table: Table, columns: Sequence[Column]) -> str:
    reads = ",\n".join(
        f"    {{{{ kustomer.read(loaded, '{column.name}', '{_type(column)}') }}}}"
        f" as {_flat(column)}"
        for column in columns
    )
    return "\n".join(
        (
            f"-- {table.row}",
            f"-- {_BY}",
            f"{{%- set loaded = kustomer.loaded('{table.name}'{_quietly(table)}) %}}",
            "",
            "select",
            reads,
            _rows(known, table),
            "",
        )
    )


def _quietly(table: Table) -> str:
    """Of two tables that hold handle times, one is in use."""
    is_either = table.name in {"conversation_times", "conversation_times_v2"}
    return f", quietly=var('kustomer_handle_times') != '{table.name}'" if is_either else ""


def _rows(known: Mapping[str, Table], table: Table) -> str:
    """Where the rows of a view come from: of a derived table, only those that are current."""
    if not table.parent:
        return "{{ kustomer.all_rows(loaded) }}"
    parent, key = known[table.parent], table.key[0]
    if "updated_at" in {column.name for column in parent.columns}:
        time = f"{key.removesuffix('_id')}_updated_at"
        return f"{{{{ kustomer.current_rows(loaded, '{parent.name}', '{key}', '{time}') }}}}"
    if parent.replication_key is not None:
        # A parent that is read by its time of creation never changes: nothing is left over.
        return "{{ kustomer.all_rows(loaded) }}"
    return f"{{{{ kustomer.rows_up_to_siblings(loaded, '{key}') }}}}"


def _sources(tables: Sequence[Table]) -> str:
    return "\n".join(
        (
            f"# {_BY}",
            "version: 2",
            "",
            "sources:",
            "- name: kustomer",
            "  description: The tables that tap-kustomer writes, as a target loads them.",
            "  database: \"{{ var('kustomer_database', target.database) }}\"",
            "  schema: \"{{ var('kustomer_schema', 'tap_kustomer') }}\"",
            "  tables:",
            *(line for table in tables for line in _source(table)),
            "",
        )
    )


def _source(table: Table) -> Iterator[str]:
    yield f"  - name: {table.name}"
    yield f"    description: {_quoted(table.row)}"
    # Rows of any table arrive in each run only where something happens all the time.
    if table.name in {"conversations", "messages"}:
        yield "    config:"
        yield "      loaded_at_field: \"{{ var('kustomer_loaded_at', 'updated_at') }}\""
        yield "      freshness:"
        yield "        warn_after: {count: 1, period: day}"
        yield "        error_after: {count: 3, period: day}"


def _descriptions(known: Mapping[str, Table], staged: Mapping[str, Sequence[Column]]) -> str:
    lines = [f"# {_BY}", "version: 2", "", "models:"]
    for name, columns in staged.items():
        table = known[name]
        lines += [
            f"- name: stg_kustomer__{name}",
            f"  description: {_quoted(table.row)}",
            "  columns:",
        ]
        for column in columns:
            lines += [f"  - name: {_flat(column)}", f"    description: {_quoted(column.meaning)}"]
            if table.key == (column.name,):
                lines.append("    data_tests: [unique, not_null]")
    return "\n".join((*lines, ""))


def _type(column: Column) -> str:
    """What the column is read as; what is no plain value stays JSON."""
    plain = {"text", "integer", "number", "boolean", "time"}
    return column.kind if column.kind in plain else "json"


def _flat(column: Column) -> str:
    return column.name.replace(".", "_")


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else "'" + text.replace("'", "''") + "'"
