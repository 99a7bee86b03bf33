"""The command line: `tap-kustomer`, and `python -m tap_kustomer`."""

from __future__ import annotations

import sys

from tap_kustomer.lightly import import_lightly

for package in ("singer_sdk", "singer_sdk.streams"):
    import_lightly(package)

from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError  # noqa: E402

from tap_kustomer.errors import TapKustomerError  # noqa: E402
from tap_kustomer.tap import TapKustomer  # noqa: E402


def main() -> None:
    """Run the tap. What a user can cause ends with one line and a code other than 0."""
    try:
        TapKustomer.cli()
    except (TapKustomerError, MapExpressionError, StreamMapConfigError) as error:
        TapKustomer.logger.error("%s", error)
        sys.exit(1)


if __name__ == "__main__":
    main()
