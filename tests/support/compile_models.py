"""Compile the dbt package for another database: `python compile_models.py DATABASE ARGUMENT ...`.

The adapters of Snowflake and BigQuery need an account to compile anything. So DuckDB is asked what
tables there are, and only the package's own macros are those of the other database. To be run where
dbt is installed.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.context.providers import BaseDatabaseWrapper
from dbt_common.exceptions import CompilationError


def main() -> int:
    """Compile; the exit code."""
    database, *arguments = sys.argv[1:]
    dispatch = BaseDatabaseWrapper.dispatch

    def redirected(self: Any, macro: str, macro_namespace: str | None = None, **more: Any) -> Any:
        if macro_namespace == "kustomer":
            for prefix in (database, "default"):
                with contextlib.suppress(CompilationError):
                    if found := self._namespace.get_from_package("kustomer", f"{prefix}__{macro}"):
                        return found
        return dispatch(self, macro, macro_namespace, **more)

    BaseDatabaseWrapper.dispatch = redirected
    return 0 if dbtRunner().invoke(["--no-partial-parse", "compile", *arguments]).success else 1


if __name__ == "__main__":
    sys.exit(main())
