"""Integers of requests on their way to the database: beyond a bigint there is nothing to find.

psycopg would send such a number as ``numeric``, for which no function of ours is there.
"""

from psycopg.adapt import PyFormat
from psycopg.types.numeric import IntDumper

_BEYOND = 2**63


class BoundedInteger(IntDumper):
    """Dumps integers as psycopg does, but for those that no key or count can be."""

    def get_key(self, obj: int, format: PyFormat) -> type:  # noqa: A002 - psycopg's name
        """Choose the type by the value.

        Raises
        ------
        OverflowError
            If it does not fit a bigint.
        """
        if not -_BEYOND <= obj < _BEYOND:
            raise OverflowError(f"{obj} is beyond any integer of the database")
        return super().get_key(obj, format)
