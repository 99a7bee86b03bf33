"""Write what follows from the settings: README table, examples, the tap's entry for Meltano."""

from __future__ import annotations

import copy
import json
from importlib.metadata import metadata as distribution_metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from generator.pages import grid, row
from tap_kustomer.config import DISTRIBUTION, OAUTH_SETTINGS, SCHEMA
from tap_kustomer.streams import STREAMS
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN: Final[Mapping[str, dict[str, Any]]] = SCHEMA["properties"]

# Examples for the settings that the SDK adds, as an environment variable has them.
_SDK_EXAMPLES: Final[Mapping[str, Any]] = {
    "stream_maps": {"customers": {"emails": "__NULL__"}},
    "stream_map_config": {"hash_seed": "a text of your own"},
    "faker_config": {"seed": 42, "locale": ["en_US"]},
    "flattening_enabled": False,
    "flattening_max_depth": 1,
    "flattening_max_key_length": 60,
    "flattening_separator": "__",
    "batch_config": {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": "output"},
    },
}

# What each way to prove who asks needs.
_CREDENTIALS: Final = [
    ["api_key"],
    ["client_id", "organization", "refresh_token"],
    ["client_id", "organization", "token_path"],
]

_ENVIRONMENT_INTRODUCTION: Final = """
# Settings of tap-kustomer. Copy this file to .env: Meltano reads it, and so does
# `tap-kustomer --config=ENV`. The README explains each setting.
""".lstrip()

_PROJECT_INTRODUCTION: Final = """
# A Meltano project that syncs Kustomer to DuckDB. Copy this folder, copy .env.example to .env, put
# your API key into that file, then run `meltano install` and
# `meltano run tap-kustomer target-duckdb`.
#
# Made by `python docs/generate.py`. Everything is defined in full, so Meltano Hub is not needed.
""".lstrip()

_HUB_INTRODUCTION: Final = """
# The tap's definition for Meltano Hub, as its repository takes it:
# _data/meltano/extractors/tap-kustomer/complete.yml. Before it is sent there, it needs `repo`.
#
# Made by `python docs/generate.py`.
""".lstrip()

# What Meltano installs for each plugin of a user's project. It resolves a command from the plugin's
# own folder, .meltano/loaders/target-duckdb/venv/bin.
_INSTALLED: Final[Mapping[str, Mapping[str, Any]]] = {
    "tap-kustomer": {"pip_url": DISTRIBUTION},
    "target-duckdb": {
        # An older DuckDB runs out of memory on the longest line that the wrapper allows.
        "pip_url": "target-duckdb==0.8.0 duckdb>=2",
        "executable": "../../../../../plugins/target-duckdb",
    },
}


def all_settings() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each setting: the tap's own, and those that the SDK adds."""
    schema = copy.deepcopy(SCHEMA)
    TapKustomer.append_builtin_config(schema)
    properties: dict[str, dict[str, Any]] = schema["properties"]
    return properties


def settings_table() -> str:
    """Return a table of the tap's own settings, for the README."""
    return "\n".join(
        [
            *grid("setting", "default", "meaning"),
            *(
                row(f"`{name}`", _default(schema), schema["description"])
                for name, schema in OWN.items()
            ),
        ]
    )


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    if default is None:
        return ""
    return f"`{default}`" if isinstance(default, str) else json.dumps(default)


def sample_config() -> str:
    """Return the content of `sample_config.json`: every setting with its default or an example."""
    # Null for the SDK's settings: an example would change what is written.
    is_shown = OWN.keys() - {*OAUTH_SETTINGS}
    settings = {name: _example(name) if name in is_shown else None for name in all_settings()}
    return json.dumps(settings, indent=2) + "\n"


def sample_environment() -> str:
    """Return the content of `.env.example`: all settings, the optional ones commented out."""
    wanted = {"api_key", "organization"}
    lines = [_ENVIRONMENT_INTRODUCTION]
    lines += (_assignment(name) for name in OWN if name in wanted)
    lines += ["", "# Optional."]
    lines += (f"# {_assignment(name)}" for name in all_settings() if name not in wanted)
    return "\n".join(lines) + "\n"


def _assignment(name: str) -> str:
    example = _example(name)
    text = example if isinstance(example, str) else json.dumps(example)
    return f"TAP_KUSTOMER_{name.upper()}={text}"


def _example(name: str) -> Any:
    if name in _SDK_EXAMPLES:
        return _SDK_EXAMPLES[name]
    schema = OWN[name]
    return schema["default"] if "default" in schema else schema["examples"][0]


def meltano_entry() -> str:
    """Return the tap's entry in this repository's `meltano.yml`."""
    return "".join(f"  {line}" for line in _yaml([_entry()]).splitlines(keepends=True))


def _entry() -> dict[str, Any]:
    """Return the tap's definition."""
    return {
        "name": TapKustomer.name,
        "namespace": TapKustomer.name.replace("-", "_"),
        "label": "Kustomer",
        "description": "Customer service CRM",
        "executable": TapKustomer.name,
        # Otherwise Meltano keeps the first catalog, and a klass or custom attribute that the
        # organisation adds later never arrives.
        "use_cached_catalog": False,
        "capabilities": sorted(str(each.value) for each in TapKustomer.capabilities),
        "select": ["*.*", *(f"!{name}.*" for name in sorted(_not_by_default()))],
        "settings_group_validation": _CREDENTIALS,
        "settings": [_meltano_setting(*each) for each in all_settings().items()],
    }


def hub_definition() -> str:
    """Return the tap's definition for Meltano Hub, by the schema of the Hub's repository."""
    entry = _entry()
    # A key of projects: a definition can't set it.
    del entry["use_cached_catalog"]
    classifiers = distribution_metadata(DISTRIBUTION).get_all("Classifier") or []
    prefix = "Programming Language :: Python :: "
    versions = [text.removeprefix(prefix) for text in classifiers if text.startswith(prefix)]
    return _HUB_INTRODUCTION + _yaml(
        {
            **entry,
            "variant": "complete",
            "pip_url": DISTRIBUTION,
            "domain_url": "https://www.kustomer.com",
            "logo_url": "/assets/logos/extractors/kustomer.png",
            "keywords": ["api", "meltano_sdk"],
            "maintenance_status": "active",
            "quality": "unknown",
            "supported_python_versions": versions,
            "settings": [_hub_setting(setting) for setting in entry["settings"]],
        }
    )


def _hub_setting(setting: Mapping[str, Any]) -> dict[str, Any]:
    if "placeholder" not in setting:
        return dict(setting)
    return {**setting, "placeholder": str(setting["placeholder"])}


def own_meltano_project(project: str) -> str:
    """Return a `meltano.yml` for users: like this repository's, but Meltano installs the plugins.

    Args:
        project: The content of this repository's `meltano.yml`.
    """
    own = yaml.safe_load(project)
    own["environments"] = [each for each in own["environments"] if each["name"] != "demo"]
    own["project_id"] = "support-data"
    # The models are a package for the dbt project that a user has.
    del own["plugins"]["utilities"]
    for plugins in own["plugins"].values():
        for position, plugin in enumerate(plugins):
            name = plugin["name"]
            plugins[position] = {"name": name, "pip_url": ""} | plugin | _INSTALLED[name]
            if "config" in plugin:
                # A user's project has no folder `output`.
                plugin["config"]["filepath"] = Path(plugin["config"]["filepath"]).name
    return _PROJECT_INTRODUCTION + _yaml(own)


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=94)


def _not_by_default() -> Iterator[str]:
    for stream in STREAMS:
        if not stream.selected_by_default:
            yield stream.name
            yield from (derived.name for derived in stream.derived)


def _meltano_setting(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    setting = {
        "name": name,
        "kind": _kind(schema),
        "label": schema.get("title", name),
        "description": schema.get("description", ""),
    }
    if schema.get("secret"):
        setting["sensitive"] = True
    if setting["kind"] == "options":
        setting["options"] = [{"label": value, "value": value} for value in schema["enum"]]
    if "examples" in schema:
        setting["placeholder"] = schema["examples"][0]
    return setting


def _kind(schema: Mapping[str, Any]) -> str:
    """Return Meltano's kind for a setting."""
    if "string" not in schema["type"]:
        return next(str(kind) for kind in schema["type"] if kind != "null")
    if schema.get("format") == "date-time":
        return "date_iso8601"
    return "options" if "enum" in schema else "string"
