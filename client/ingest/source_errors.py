"""Sentences about files that cannot be read: one place, no row value, what is safe and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from common.errors import InputError, UserFacing

SAFE = "Nothing was changed."
SAFE_BEFORE = "Rows before this place are good; nothing after it was read."


def unreadable(what: str, where: str, todo: str, safe: str = SAFE) -> InputError:
    """An error about a file or a table."""
    return InputError(what, where=where, safe=safe, todo=todo)


def not_opened(name: str, e: OSError) -> InputError:
    """The system refuses the file."""
    return unreadable(
        f"The file cannot be opened: {e.strerror or type(e).__name__}.",
        name,
        "Check the name and that you may read the file.",
    )


def damaged(
    name: str, what: str = "The file is damaged: it cannot be read to its end."
) -> InputError:
    """A file that is broken from some place on."""
    return unreadable(what, name, "Copy or export the file again.", SAFE_BEFORE)


def changed(name: str) -> InputError:
    """Somebody writes to the file while it is read."""
    return unreadable(
        "The file has changed since reading began.",
        name,
        "Wait until it is written to its end, or copy it, and import again.",
        SAFE_BEFORE,
    )


def no_header(what: str, name: str) -> InputError:
    """No line of column names can be found."""
    return unreadable(
        what,
        name,
        "Save it as 'CSV UTF-8' with one line of column names; see docs/data-format.md.",
    )


def bad_cursor(name: str) -> InputError:
    """The place to go on from is not one of this file."""
    return unreadable(
        "The import cannot go on where it stopped: the file is another one or is read differently.",
        name,
        "Import the file again from its beginning; rows that are there already are known again.",
    )


@contextmanager
def guarded(name: str, what: str = "The file is damaged: it cannot be read.") -> Iterator[None]:
    """Whatever a library says of a broken file, in our words; a panic in Rust is no Exception.

    Raises:
        InputError: anything but an error of ours went wrong inside.
    """
    try:
        yield
    except (UserFacing, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as e:
        raise damaged(name, what) from e
