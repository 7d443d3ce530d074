"""A service on the internet as its variables describe it: address, key, and how it is asked.

For a source named X in design and documentation, X_BASE_URL names another address and X_API_KEY the
key, if it needs or knows one. Both are read when a run begins, never when a module is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors.errors import (
    CollectError,
    ConfigurationError,
    FetchError,
    UnreachableError,
    WrongAnswerError,
)
from collectors.http import Answer, Credentials, Session, base_address, origin_of
from collectors.source import NOT_ASKED, Fetched

# Entities in a row that could not be connected to, after which the rest are not asked.
MOST_UNREACHED = 3


@dataclass(frozen=True)
class Service:
    """One service. `name`: as in its variables, e.g. OPENROUTER; `default`: its usual address;
    `header` and `prefix`: how its key is sent; `ends_in`: how its address ends wherever it is, of
    which people are reminded when one that does not answers with something else.
    """

    name: str
    default: str
    header: str = "Authorization"
    prefix: str = "Bearer "
    ends_in: str = ""

    @property
    def key_variable(self) -> str:
        """The variable that holds the key."""
        return f"{self.name}_API_KEY"

    def address(self) -> str:
        """Its address by <NAME>_BASE_URL, without a slash at the end. ConfigurationError."""
        return base_address(f"{self.name}_BASE_URL", self.default, self.key_variable)

    def credentials(self) -> Credentials | None:
        """The key, for its address alone; None without one. ConfigurationError."""
        key = os.environ.get(self.key_variable, "").strip()
        if not key:
            return None
        try:
            return Credentials(origin_of(self.address()), key, self.header, self.prefix)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.key_variable}: {error}") from None

    def check_settings(self) -> None:
        """Raises ConfigurationError for an address or a key that cannot be used."""
        self.address()
        self.credentials()

    def get(
        self,
        session: Session,
        path: str,
        params: Sequence[tuple[str, str]] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """GET of a path below the address, with the key if there is one."""
        return session.get(
            f"{self.address()}/{path}",
            params=params,
            headers=headers,
            credentials=self.credentials(),
        )

    def each(self, entities: Sequence[str], read: Callable[[str], Fetched]) -> Iterator[Fetched]:
        """What `read` gives for each entity, its CollectErrors told as that entity's failure."""
        unreached: list[str] = []
        for entity in entities:
            if len(unreached) >= MOST_UNREACHED:
                yield self._not_asked(entity, unreached[-1])
                continue
            try:
                fetched = read(entity)
            except UnreachableError as error:
                unreached.append(error.cause)
                yield self._failed(entity, error, f"; {self._if_unreached()}")
                continue
            except CollectError as error:
                fetched = self._failed(entity, error, self._if_misplaced(error))
            unreached.clear()
            yield fetched

    def _failed(self, entity: str, error: CollectError, hint: str = "") -> Fetched:
        status = getattr(error, "status", None)
        return Fetched(entity, self.address(), status, error=f"{error}{hint}")

    def _not_asked(self, entity: str, cause: str) -> Fetched:
        host = urlsplit(self.address()).netloc
        why = f"the service could not be reached ({cause}: {host})"
        return Fetched(entity, self.address(), None, error=f"{NOT_ASKED}{why}")

    def _if_misplaced(self, error: CollectError) -> str:
        """A hint at an address that lacks its end, after an answer that is none of the service."""
        is_missing = isinstance(error, FetchError) and error.status == 404
        if self.address().endswith(self.ends_in) or not (
            is_missing or isinstance(error, WrongAnswerError)
        ):
            return ""
        return f"; {self.name}_BASE_URL is {self.address()}, expected one ending in {self.ends_in}"

    def _if_unreached(self) -> str:
        return (
            f"check the network, {self.name}_BASE_URL and the proxy settings "
            "(HTTPS_PROXY, HTTP_PROXY, NO_PROXY)"
        )
