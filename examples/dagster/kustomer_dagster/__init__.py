"""Kustomer organisations to a database, one Singer pipe per run, as a Dagster code location."""
