"""Errors of the collectors.

    data.errors.AdoptionError
    +-- CollectError              base of everything below
        +-- FetchError            no usable answer: refused, timed out, cut off
            +-- UnreachableError  no connection at all: the host was never spoken to
            +-- UnavailableError  what was asked for is refused or gone, and will be tomorrow
        +-- WrongAnswerError      an answer that is not what was promised, e.g. HTML
        +-- NoRoomError           the disk has too little room for what comes next
        +-- LockedError           another run holds the lock of the data directory
        +-- ConfigurationError    a variable or an argument has a value that cannot be used
        +-- FaultError            the code of a source failed in a way that nobody foresaw

A message names the place, what was expected, what was found and what to do; never a token.
"""

from __future__ import annotations

from data.errors import AdoptionError


class CollectError(AdoptionError):
    """Base of the errors that a collector raises on purpose."""


class FetchError(CollectError):
    """The source gave no usable answer; `status` is the HTTP status, None without one."""

    def __init__(self, message: str, status: int | None = None, body: bytes = b"") -> None:
        self.status = status
        self.body = body
        super().__init__(message)


class UnreachableError(FetchError):
    """No connection came about; `cause` says why, e.g. "connection refused"."""

    def __init__(self, message: str, cause: str) -> None:
        self.cause = cause
        super().__init__(message)


class UnavailableError(FetchError):
    """It is refused, private, moved or gone: asking again soon does not help."""


class WrongAnswerError(CollectError):
    """The answer came, but it is not what the source promises; `status` as in FetchError."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class NoRoomError(CollectError):
    """The disk has too little room for the next file; nothing was begun."""


class LockedError(CollectError):
    """Another run holds the lock of the data directory."""


class ConfigurationError(CollectError):
    """An environment variable or an argument has a value that cannot be used."""


class FaultError(CollectError):
    """The code of a source failed in a way that nobody foresaw: a fault of ours, not of the source.

    It is told as that source's failure, so that the others go on.
    """
