"""Every error Civicwatt raises on purpose, so that a caller can tell ours from a bug.

Add one here when a caller would act differently on it; otherwise raise the nearest one.
"""


class CivicwattError(Exception):
    """Base of every error raised on purpose. Its text is one clear line for the user."""


class ConfigurationError(CivicwattError):
    """A setting, file or service cannot be used as it is; the user must change it."""


class PayloadError(CivicwattError):
    """A message cannot be read. It is kept whole in `quarantine`, never guessed at.

    Parameters
    ----------
    reason : str
        What is wrong, with the values seen and wanted.
    code : str
        Short machine name of the reason, such as ``not_json``; counted by metrics.
    """

    def __init__(self, reason: str, *, code: str) -> None:
        super().__init__(reason)
        self.code = code


class InputError(CivicwattError):
    """A file given by the user cannot be used.

    Parameters
    ----------
    reason : str
        What is wrong, with the values seen and wanted.
    place : str
        File and line, such as ``meter.csv:17``.
    """

    def __init__(self, reason: str, *, place: str) -> None:
        super().__init__(f"{place}: {reason}")


class StoreError(CivicwattError):
    """The database is not what this version needs: unreachable, too old, not migrated."""


class ScopeError(CivicwattError):
    """The caller has no scope for what was asked. Told as "not found", never as "forbidden"."""
