"""The settings: declared in `settings.py`, checked and parsed in `checks.py`."""

from tap_kustomer.config.checks import (
    check_environment,
    check_log_level,
    secrets_in,
    settings_from,
    warnings_about,
)
from tap_kustomer.config.settings import DISTRIBUTION, OAUTH_SETTINGS, SCHEMA, Settings

__all__ = [
    "DISTRIBUTION",
    "OAUTH_SETTINGS",
    "SCHEMA",
    "Settings",
    "check_environment",
    "check_log_level",
    "secrets_in",
    "settings_from",
    "warnings_about",
]
