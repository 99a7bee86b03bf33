"""The root of everything that the tap raises on purpose."""


class TapKustomerError(Exception):
    """Something a user can understand and act upon, said in one line.

    The command line prints the text and ends with a non-zero code; it shows no traceback.
    """


class ConfigurationError(TapKustomerError):
    """The settings, the catalog or the state can't be used as they were given."""
