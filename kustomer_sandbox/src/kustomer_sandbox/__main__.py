"""The command line, by `python -m kustomer_sandbox`."""

from __future__ import annotations

from kustomer_sandbox.cli import main

if __name__ == "__main__":
    main()
