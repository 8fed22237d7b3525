"""Text of a file that somebody names on the command line."""

from pathlib import Path

from domain.errors import InputError


def text_of(file: Path) -> str:
    """Text of a file in UTF-8.

    Raises
    ------
    InputError
        If it cannot be read, with its name.
    """
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(error), place=str(file)) from error
