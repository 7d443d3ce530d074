"""Raw answers of the sources, exactly as they came, each with a manifest.

One run of a source is one folder, named by the UTC instant at which it began:

    snapshots/<source>/<run>/plan.json                 the entities that the run set out to read
    snapshots/<source>/<run>/<entity>.body.gz          the bytes, gzip-compressed
    snapshots/<source>/<run>/<entity>.manifest.json    where, when, what and under which licence

An entity is what a source reads in one piece: an organisation's listing, a day, a page. What was
planned and has neither a body nor an error was not reached. Files are written under a temporary
name and then renamed, so a killed process leaves whole files only.

Of an archive's file, too large to keep, there is a manifest without a body. What was taken out by
hand lies in snapshots/.dropped/<source>/<run>/.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from data.errors import SnapshotError

RUN_FORMAT = "%Y%m%dT%H%M%S%fZ"
_RUN_NAME = re.compile(r"^\d{8}T\d{12}Z$")


@dataclass(frozen=True)
class Manifest:
    """What is known of one snapshot. `error` is set, and `sha256` is not, when nothing was stored;
    of an archive's file that was read and refused both are.

    `fetched_at` is a UTC instant; `bytes` the length of the uncompressed body; `rows` the number of
    rows that the source saw in it; `facts` what the source's parser needs to know besides the body.
    """

    source: str
    run: str
    entity: str
    url: str
    fetched_at: datetime
    http_status: int | None
    licence: str
    citation: str
    sha256: str | None = None
    bytes: int | None = None
    rows: int | None = None
    error: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def run_name(started_at: datetime) -> str:
    """The folder name of a run that began at this UTC instant, e.g. 20261122T030405000001Z."""
    return started_at.astimezone(UTC).strftime(RUN_FORMAT)


def run_started_at(run: str) -> datetime:
    """The UTC instant at which the run of that name began."""
    return datetime.strptime(run, RUN_FORMAT).replace(tzinfo=UTC)


class SnapshotStore:
    """The folder `snapshots/` of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "snapshots"

    def open_run(self, source: str, planned: Sequence[str], started_at: datetime) -> SnapshotRun:
        """Begin a run: make its folder and record which entities it sets out to read."""
        run = SnapshotRun(self.root / source / run_name(started_at), source)
        run.folder.mkdir(parents=True)
        write_atomically(run.folder / "plan.json", _json_bytes({"planned": list(planned)}))
        return run

    def record(self, manifest: Manifest) -> None:
        """Keep the manifest of a run that read one thing, whose bytes are not kept."""
        run = SnapshotRun(self.root / manifest.source / manifest.run, manifest.source)
        run.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(run.folder / "plan.json", _json_bytes({"planned": [manifest.entity]}))
        run.note(manifest)

    def runs(self, source: str) -> list[SnapshotRun]:
        """All runs of a source that got as far as a plan, oldest first."""
        folder = self.root / source
        if not folder.is_dir():
            return []
        names = sorted(p.name for p in folder.iterdir() if _RUN_NAME.match(p.name))
        return [
            SnapshotRun(folder / n, source) for n in names if (folder / n / "plan.json").exists()
        ]

    def newest_run(self, source: str) -> SnapshotRun | None:
        """The newest run of a source that got as far as a plan; None when there is none."""
        folder = self.root / source
        names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        for name in reversed(names):
            if _RUN_NAME.match(name) and (folder / name / "plan.json").exists():
                return SnapshotRun(folder / name, source)
        return None

    def sources(self) -> list[str]:
        """Names of the sources that have at least one snapshot folder."""
        if not self.root.is_dir():
            return []
        return sorted(
            p.name for p in self.root.iterdir() if p.is_dir() and not p.name.startswith(".")
        )


class SnapshotRun:
    """One run's folder: a plan, and a body with a manifest for each entity that answered."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self.source = source

    @property
    def name(self) -> str:
        """Name of the run: the UTC instant at which it began."""
        return self.folder.name

    @property
    def started_at(self) -> datetime:
        """The UTC instant at which it began."""
        return run_started_at(self.name)

    def planned(self) -> list[str]:
        """The entities that the run set out to read, in order."""
        planned: list[str] = json.loads((self.folder / "plan.json").read_bytes())["planned"]
        return planned

    def store(self, manifest: Manifest, body: bytes) -> Manifest:
        """Keep a body and its manifest; return the manifest with hash and length filled in."""
        done = Manifest(**{**_fields(manifest), "sha256": sha256(body), "bytes": len(body)})
        # mtime=0: the same body always gives the same file.
        write_atomically(self._path(done.entity, "body.gz"), gzip.compress(body, 6, mtime=0))
        self._write_manifest(done)
        return done

    def note(self, manifest: Manifest) -> None:
        """Record what was read and is not kept here: an archive's file, of which days were made."""
        self._write_manifest(manifest)

    def fail(self, manifest: Manifest) -> None:
        """Record that an entity could not be read; `manifest.error` says why."""
        if not manifest.error:
            raise SnapshotError(f"{self.folder}: a failed snapshot needs an error, found none")
        self._write_manifest(manifest)

    def manifests(self) -> Iterator[Manifest]:
        """The manifests of the entities that answered or failed, in the order of the plan."""
        for entity in self.planned():
            path = self._path(entity, "manifest.json")
            if path.exists():
                yield read_manifest(path)

    def body(self, manifest: Manifest) -> bytes:
        """The bytes of a snapshot.

        Raises SnapshotError when the file is missing or differs from its manifest's sha256.
        """
        path = self._path(manifest.entity, "body.gz")
        try:
            body = gzip.decompress(path.read_bytes())
        except (OSError, EOFError) as error:
            raise SnapshotError(
                f"{path}: expected a gzip body of {manifest.bytes} bytes, found {error}; "
                f"delete the run's folder {self.folder} and collect again"
            ) from error
        if sha256(body) != manifest.sha256:
            raise SnapshotError(
                f"{path}: expected sha256 {manifest.sha256}, found {sha256(body)}; "
                f"the file was changed after it was stored: delete the run's folder {self.folder}"
            )
        return body

    def _path(self, entity: str, suffix: str) -> Path:
        return self.folder / f"{quote(entity, safe='')}.{suffix}"

    def _write_manifest(self, manifest: Manifest) -> None:
        facts = {**_fields(manifest), "fetched_at": manifest.fetched_at.isoformat()}
        write_atomically(self._path(manifest.entity, "manifest.json"), _json_bytes(facts))


def read_manifest(path: Path) -> Manifest:
    """Read one manifest file; raises SnapshotError when it is not one."""
    try:
        facts = json.loads(path.read_bytes())
        return Manifest(**{**facts, "fetched_at": datetime.fromisoformat(facts["fetched_at"])})
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{path}: expected a manifest, found {error!r}") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either whole or not there, even if the process is killed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
        keep_on_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def keep_on_disk(path: Path) -> None:
    """Wait until the bytes of a file are on the disk: a power cut may otherwise leave its name
    with nothing in it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sha256(body: bytes) -> str:
    """Hex digest of a body."""
    return hashlib.sha256(body).hexdigest()


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {**asdict(manifest), "facts": dict(manifest.facts)}


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
