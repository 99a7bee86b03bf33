"""Handlers: what answers the requests that were let in."""
