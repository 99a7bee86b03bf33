"""Where each organisation has been read up to, in a table of a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, Column, DateTime, MetaData, String, Table, create_engine, select
from sqlalchemy.pool import NullPool

_METADATA: Final = MetaData()

_STATES: Final = Table(
    "singer_states",
    _METADATA,
    Column("organization", String, primary_key=True),
    Column("period", String, primary_key=True),
    Column("state", JSON, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
)


class States:
    """The Singer states of all organisations.

    Args:
        url: SQLAlchemy's address of the database.
    """

    def __init__(self, url: str) -> None:
        # A run lasts long and writes seldom: it holds no connection in between.
        self._engine = create_engine(url, poolclass=NullPool)
        _METADATA.create_all(self._engine)

    def load(self, organization: str, period: str) -> dict[str, Any] | None:
        """Return the last state of a period, or None if there is none."""
        wanted = select(_STATES.c.state).where(*_is(organization, period))
        with self._engine.connect() as connection:
            found: dict[str, Any] | None = connection.scalar(wanted)
        return found

    def save(self, organization: str, period: str, state: dict[str, Any]) -> None:
        """Replace the state of a period."""
        row = {"organization": organization, "period": period, "state": state}
        with self._engine.begin() as connection:
            connection.execute(_STATES.delete().where(*_is(organization, period)))
            connection.execute(_STATES.insert().values(**row, written_at=datetime.now(UTC)))

    def forget(self, organization: str, period: str) -> None:
        """Remove the state of a period."""
        with self._engine.begin() as connection:
            connection.execute(_STATES.delete().where(*_is(organization, period)))


def _is(organization: str, period: str) -> tuple[Any, Any]:
    return _STATES.c.organization == organization, _STATES.c.period == period
