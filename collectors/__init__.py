"""The collectors: the only code of the project that touches the network.

`SOURCES` names every source once. A source is the module collectors/<name>.py; what it has to
declare is written down in collectors/source.py.
"""

from __future__ import annotations

SOURCES = ("huggingface", "hub_archive", "hub_weekly", "model_pulse")
