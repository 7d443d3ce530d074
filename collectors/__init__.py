"""The collectors: the only code of the project that touches the network.

`SOURCES` names every source once. A source is the module collectors/<name>.py; what it has to
declare is written down in collectors/source.py.
"""

from __future__ import annotations

SOURCES = (
    "huggingface",
    "openrouter",
    "openrouter_models",
    "ollama",
    "lmstudio",
    "pypistats",
    "clickhouse",
    "dockerhub",
    "github",
    "npm",
    "modelscope",
    "livebench",
    "lmarena",
    "artificial_analysis",
    "epoch",
    "tracked_models",
    "interconnects",
    "hub_archive",
    "hub_weekly",
    "model_pulse",
)
