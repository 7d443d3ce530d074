"""The file of a deck: YAML that people write by hand, so every mistake is told with its place.

Only texts, lists and names with values are read; nothing in a file can make anything else. Values
stay the texts that stand there, so that a date or a number is spelled by one set of rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

import data

MOST_BYTES = 256_000
MOST_DEEP = 6  # a deck needs four
_CORE = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|map|seq)")
_KINDS = {yaml.ScalarNode: "a text", yaml.SequenceNode: "a list", yaml.MappingNode: "names: values"}


class DeckError(data.AdoptionError):
    """A deck, or its file, is not as it must be; the message says where and what was expected."""


@dataclass(frozen=True)
class Entry:
    """A value of the file: which file, where in it, and what YAML made of it."""

    file: str
    path: str
    node: yaml.Node

    def wrong(self, problem: str) -> DeckError:
        """An error about this value."""
        path = f"{self.path}: " if self.path else ""
        return DeckError(f"{self.file}:{self.node.start_mark.line + 1}: {path}{problem}")

    def fields(self, known: Sequence[str]) -> dict[str, Entry]:
        """The values by name. Raises DeckError for unknown and repeated names."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self._expected(yaml.MappingNode)
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "a list as a name"
            if name not in known:
                raise Entry(self.file, self.path, key).wrong(
                    f"{data.wording.guess(name[:40], known)}expected some of {', '.join(known)}; "
                    f"found {name[:40]!r}"
                )
            path = f"{self.path}.{name}" if self.path else name
            if name in found:
                raise Entry(self.file, path, key).wrong("expected once, found twice")
            found[name] = Entry(self.file, path, value)
        return found

    def has(self, name: str) -> bool:
        """Whether there is a value of that name."""
        node = self.node
        return isinstance(node, yaml.MappingNode) and any(k.value == name for k, _ in node.value)

    def entries(self, most: int) -> list[Entry]:
        """The values of a list. Raises DeckError for anything else, and for more than `most`."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self._expected(yaml.SequenceNode)
        if len(self.node.value) > most:
            raise self.wrong(f"expected at most {most}, found {len(self.node.value)}")
        return [
            Entry(self.file, f"{self.path}[{place}]", node)
            for place, node in enumerate(self.node.value)
        ]

    def text(self, most: int) -> str:
        """A text of at most that many letters; an empty value is ''."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self._expected(yaml.ScalarNode)
        if self.node.tag.endswith(":null"):
            return ""
        if len(self.node.value) > most:
            raise self.wrong(f"expected at most {most} letters, found {len(self.node.value)}")
        return str(self.node.value)

    def texts(self, most: int, letters: int) -> list[str]:
        """A list of texts, or one text alone."""
        if isinstance(self.node, yaml.ScalarNode):
            return [self.text(letters)]
        return [entry.text(letters) for entry in self.entries(most)]

    def _expected(self, kind: type[yaml.Node]) -> DeckError:
        found = _KINDS.get(type(self.node), "something else")
        if isinstance(self.node, yaml.ScalarNode):
            found = repr(self.node.value[:40]) if self.node.value else "nothing"
        return self.wrong(f"expected {_KINDS[kind]}, found {found}")


def read(content: str | bytes, file: str) -> Entry:
    """The outermost value of a file. Raises DeckError for what is no YAML of this plain kind."""
    if len(content) > MOST_BYTES:
        raise DeckError(
            f"{file}: expected at most {MOST_BYTES // 1000} kB, found {len(content) // 1000} kB"
        )
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        loader = _Loader(text, file)
        node = loader.get_single_node()
    except UnicodeDecodeError as error:
        raise DeckError(f"{file}: expected a text in UTF-8, found other bytes") from error
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DeckError(f"{file}{line}: expected YAML; {error.problem or error}") from error
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise DeckError(f"{file}: expected YAML; {reason}") from error
    if node is None:
        raise DeckError(f"{file}: expected a deck with title and charts, found nothing")
    return Entry(file, "", node)


def write(deck: Mapping[str, Any]) -> str:
    """Texts, lists and names with values as YAML; dates and truths as people write them."""
    return str(
        yaml.safe_dump(
            _plain(deck),
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=None,  # a list of names on one line
            width=100,
        )
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


class _Loader(yaml.SafeLoader):
    """Without aliases, by which a small file could stand for a huge one, and not too deep."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self._file = file
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise DeckError(
                f"{self._file}:{line}: expected a value, found the alias *{event.anchor}"
            )
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise DeckError(f"{self._file}:{line}: expected a deck, found lists deep in lists")
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and not _CORE.fullmatch(node.tag):
            raise DeckError(f"{self._file}:{line}: expected a plain value, found {node.tag[:60]!r}")
        return node
