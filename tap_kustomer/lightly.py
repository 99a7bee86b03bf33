"""Imports packages whose `__init__` imports far more than the tap uses.

The SDK's own `__init__` brings targets, REST and GraphQL streams along, and with them joblib and
jsonpath, which took two thirds of the time until the tap could say its version.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any


def import_lightly(name: str) -> None:
    """Let the modules of a package be imported without its `__init__`.

    That is run when somebody asks for a name that only it has.

    Args:
        name: Of a package that nobody has imported yet; of another one nothing happens.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader

    def look_up(attribute: str) -> Any:
        if not attribute.startswith("__"):
            if importlib.util.find_spec(f"{name}.{attribute}"):
                return importlib.import_module(f"{name}.{attribute}")
            del module.__dict__["__getattr__"]
            loader.exec_module(module)
            return getattr(module, attribute)
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    module.__dict__["__getattr__"] = look_up
    sys.modules[name] = module
