"""Errors of the data layer.

    AdoptionError                 everything this project raises on purpose
    +-- SeedError                 seed files break their rules (lists every violation)
    +-- HeaderError               a SQL file's header is wrong (file:line)
    +-- SnapshotError             a stored snapshot is missing or does not match its manifest
    +-- HistoryError              a parsed partition does not fit its table
        +-- DamagedError          a file or its rows are not what they should be
        +-- RefusedError          a day is whole and yet must not be kept
    +-- BuildError                a build or one of its checks failed; nothing was published
    +-- NoBuildError              there is no build yet; the message says what to run
    +-- UnknownBuildError         no build of that name is kept
    +-- UnknownMetricError        no metric of that name
    +-- FilterError               a filter whose column the metric lacks, or a wrong value
    +-- PublishError              a folder or a build that a data package cannot be made in or of

A message says where, what was expected, what was found and what to do.
"""

from __future__ import annotations

import errno
import re

ELSEWHERE = "set ADOPTION_DATA_DIR to another folder"
_NO_SPACE = "no space is left on the disk, so it could not be written; free some, or {elsewhere}"
_READ_ONLY = "the disk is read-only, so it could not be written; {elsewhere}"
_REFUSED = "Permission denied; let this user read and write it, or {elsewhere}"
_BY_NUMBER = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
}
# The database engine gives the words of the system, and no number.
_BY_WORDS = {
    "No space left on device": _NO_SPACE,
    "Disk quota exceeded": _NO_SPACE,
    "Read-only file system": _READ_ONLY,
    "Permission denied": _REFUSED,
}
_TEMPORARY = re.compile(r"(^|/)\.([^/]+)\.\d+\.tmp(\.wal)?$")


class AdoptionError(Exception):
    """Base of every error that this project raises on purpose."""


class SeedError(AdoptionError):
    """Seed files break their rules; `violations` holds every one, in file and line order."""

    def __init__(self, violations: list[str]) -> None:
        self.violations = violations
        count = len(violations)
        lines = "\n".join(violations)
        super().__init__(
            f"{count} violation{'s' if count != 1 else ''} in the seed files:\n{lines}"
        )


def disk_problem(error: BaseException, place: object, elsewhere: str = ELSEWHERE) -> str | None:
    """What a full or read-only disk means, in one line; None when the error is something else.

    `place` is what could not be written; `elsewhere` says how another place is chosen.
    """
    if isinstance(error, OSError) and error.errno is not None:
        words = _BY_NUMBER.get(error.errno)
    else:
        words = next((words for said, words in _BY_WORDS.items() if said in str(error)), None)
    return f"{final_name(str(place))}: {words.format(elsewhere=elsewhere)}" if words else None


def final_name(path: str) -> str:
    """The file that a temporary file would have become."""
    return _TEMPORARY.sub(r"\1\2", path)


class HeaderError(AdoptionError):
    """The header of a SQL file is wrong; the message starts with file:line."""


class SnapshotError(AdoptionError):
    """A stored snapshot is missing, or its body does not match its manifest."""


class HistoryError(AdoptionError):
    """A parsed partition does not fit the table that it belongs to."""


class DamagedError(HistoryError):
    """A file that was to be kept is cut off or something else, or its rows do not fit."""


class RefusedError(HistoryError):
    """A day was refused by those who judge it; `rows` is how many it had, None if unread."""

    def __init__(self, reason: str, rows: int | None) -> None:
        self.rows = rows
        super().__init__(reason)


class BuildError(AdoptionError):
    """A build, or a check on it, failed. The previous build goes on serving."""


class NoBuildError(AdoptionError):
    """There is no build yet."""


class UnknownBuildError(AdoptionError):
    """No build of that name is kept."""


class UnknownMetricError(AdoptionError):
    """No metric has that name."""


class UnknownModelError(AdoptionError):
    """No repository of the newest day has that name."""


class FilterError(AdoptionError):
    """A filter names a column that the metric lacks, or a value that it cannot take."""


class PublishError(AdoptionError):
    """A data package cannot be made there, or of that build; nothing was written or removed."""
