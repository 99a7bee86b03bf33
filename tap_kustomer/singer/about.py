"""The description of the tap in Markdown: `--about --format=markdown`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from singer_sdk.about import AboutInfo

_ESCAPED_BAR: Final = r"\|"


def markdown_page(about: AboutInfo) -> str:
    """Describe the tap: what it can do, and a table of its settings."""
    pythons = ", ".join(about.supported_python_versions or ())
    capabilities = ", ".join(f"`{capability}`" for capability in about.capabilities)
    sdk = f"version {about.sdk_version} of the [Meltano Singer SDK](https://sdk.meltano.com)"
    variable = f"`{about.env_var_prefix}START_DATE` for `start_date`"
    lines = [
        f"# {about.name}",
        "",
        about.description or "",
        "",
        f"* Version: {about.version}, on {sdk}",
        f"* Python: {pythons}",
        f"* Capabilities: {capabilities}",
        "",
        "## Settings",
        "",
        f"With `--config ENV`, settings come from the environment, such as {variable}.",
        "",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
        *_rows(about.settings),
    ]
    return "\n".join(lines)


def _rows(schema: Mapping[str, Any], parent: str = "") -> Iterator[str]:
    """Rows of the table, those of an object's properties below its own."""
    for name, setting in schema.get("properties", {}).items():
        cells = [
            f"`{parent}{name}`",
            "(required)" if name in schema.get("required", ()) else _default(setting),
            " ".join(setting.get("description", "").split()),
        ]
        yield f"| {' | '.join(cell.replace('|', _ESCAPED_BAR) for cell in cells)} |"
        yield from _rows(setting, f"{parent}{name}.")


def _default(setting: Mapping[str, Any]) -> str:
    value = setting.get("default")
    return "" if value is None else f"`{value if isinstance(value, str) else json.dumps(value)}`"
