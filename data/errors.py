"""Errors of the data layer.

    AdoptionError                 everything this project raises on purpose
    +-- SeedError                 seed files break their rules (lists every violation)
    +-- HeaderError               a SQL file's header is wrong (file:line)
    +-- SnapshotError             a stored snapshot is missing or does not match its manifest
    +-- HistoryError              a parsed partition does not fit its table
    +-- BuildError                a build or one of its checks failed; nothing was published
    +-- NoBuildError              there is no build yet; the message says what to run
    +-- UnknownMetricError        no metric of that name
    +-- FilterError               a filter whose column the metric lacks, or a wrong value

A message says where, what was expected, what was found and what to do.
"""

from __future__ import annotations


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


class HeaderError(AdoptionError):
    """The header of a SQL file is wrong; the message starts with file:line."""


class SnapshotError(AdoptionError):
    """A stored snapshot is missing, or its body does not match its manifest."""


class HistoryError(AdoptionError):
    """A parsed partition does not fit the table that it belongs to."""


class BuildError(AdoptionError):
    """A build, or a check on it, failed. The previous build goes on serving."""


class NoBuildError(AdoptionError):
    """There is no build yet."""


class UnknownMetricError(AdoptionError):
    """No metric has that name."""


class FilterError(AdoptionError):
    """A filter names a column that the metric lacks, or a value that it cannot take."""
