"""The data layer: snapshots and seeds in, builds and metrics out.

Everything that other packages may use stands in `__all__`; a test pins it.
"""

from data import seeds, tables, wording
from data.briefing import Brief, Layer, brief, peak_of, unread_families
from data.errors import (
    AdoptionError,
    BuildError,
    FilterError,
    HeaderError,
    HistoryError,
    NoBuildError,
    SeedError,
    SnapshotError,
    UnknownMetricError,
    UnknownModelError,
)
from data.history import History
from data.models import ModelCard, model_card, search_models
from data.paths import ROOT, SEEDS_DIR, data_dir
from data.queries import (
    Column,
    MetricInfo,
    as_of,
    catalog,
    families,
    metric,
    metric_info,
    model_history,
    observations,
    series_sources,
    status,
)
from data.snapshots import Manifest, SnapshotRun, SnapshotStore, write_atomically
from data.warehouse import (
    BuildReport,
    SourceFacts,
    build,
    build_info,
    build_paths,
    check,
    newest_build,
    stale_reasons,
)

__all__ = [
    "ROOT",
    "SEEDS_DIR",
    "AdoptionError",
    "Brief",
    "BuildError",
    "BuildReport",
    "Column",
    "FilterError",
    "HeaderError",
    "History",
    "HistoryError",
    "Layer",
    "Manifest",
    "MetricInfo",
    "ModelCard",
    "NoBuildError",
    "SeedError",
    "SnapshotError",
    "SnapshotRun",
    "SnapshotStore",
    "SourceFacts",
    "UnknownMetricError",
    "UnknownModelError",
    "as_of",
    "brief",
    "build",
    "build_info",
    "build_paths",
    "catalog",
    "check",
    "data_dir",
    "families",
    "metric",
    "metric_info",
    "model_card",
    "model_history",
    "newest_build",
    "observations",
    "peak_of",
    "search_models",
    "seeds",
    "series_sources",
    "stale_reasons",
    "status",
    "tables",
    "unread_families",
    "wording",
    "write_atomically",
]
