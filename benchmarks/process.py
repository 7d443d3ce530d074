"""A function in a process of its own: wall seconds, peak memory, and what it returns.

    run("benchmarks.days:add_day", {"home": "...", "file": "..."})

Arguments and results are JSON values. The seconds are those of the whole process, from its start to
its end, so that imports count; inside it `watched` splits them by phase.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class StepError(RuntimeError):
    """A step ended with an error; the message is what it printed."""


@dataclass(frozen=True)
class Run:
    """What a step took (wall and processor time, peak memory), and what it returned."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    result: Any


def run(step: str, arguments: Mapping[str, Any], *, data_dir: Path | None = None) -> Run:
    """Run `module:function` in a process of its own. Raises StepError."""
    with tempfile.TemporaryDirectory(prefix="adoption-bench-") as folder:
        answer = Path(folder) / "answer.json"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if data_dir:
            environment["ADOPTION_DATA_DIR"] = str(data_dir)
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.process", step, str(answer)],
            input=json.dumps(dict(arguments)),
            text=True,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env=environment,
        )
        seconds = time.perf_counter() - began
        if done.returncode or not answer.exists():
            raise StepError(f"{step} {arguments}: exit code {done.returncode}\n{done.stderr}")
        told = json.loads(answer.read_text(encoding="utf-8"))
    return Run(seconds, told["cpu_seconds"], told["peak_bytes"], told["result"])


@dataclass
class Phases:
    """Seconds by phase, each without the phases within it."""

    seconds: dict[str, float] = field(default_factory=dict)
    _open: list[list[Any]] = field(default_factory=list)

    def enter(self, name: str) -> None:
        self._open.append([name, time.perf_counter(), 0.0])

    def leave(self) -> None:
        name, began, within = self._open.pop()
        took = time.perf_counter() - began
        self.seconds[name] = self.seconds.get(name, 0.0) + took - within
        if self._open:
            self._open[-1][2] += took

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.enter(name)
        try:
            yield
        finally:
            self.leave()


@contextmanager
def watched(functions: Mapping[str, tuple[Any, str]]) -> Iterator[Phases]:
    """Time functions by name of phase: {"scan": (DayStore, "_load")}; as they were afterwards."""
    phases = Phases()
    before = [(owner, name, getattr(owner, name)) for owner, name in functions.values()]
    for (phase, (owner, name)), (*_, function) in zip(functions.items(), before, strict=True):
        setattr(owner, name, _timed(function, phase, phases))
    try:
        yield phases
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _timed(function: Callable[..., Any], phase: str, phases: Phases) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*given: Any, **named: Any) -> Any:
        with phases.phase(phase):
            return function(*given, **named)

    return timed


def _peak_bytes() -> int:
    """The most memory that this process had at a time."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss it does not hold what the parent had when it forked.
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    step, answer = sys.argv[1:]
    module, _, name = step.partition(":")
    result = getattr(importlib.import_module(module), name)(**json.load(sys.stdin))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = used.ru_utime + used.ru_stime
    told = {"result": result, "peak_bytes": _peak_bytes(), "cpu_seconds": cpu_seconds}
    Path(answer).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
