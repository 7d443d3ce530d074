"""The data layer: snapshots and seeds in, builds and metrics out.

Everything that other packages may use stands in `__all__`; a test pins it.
"""

from data import findings, seeds, tables, vintages, wording
from data.analyses import EventStudy, event_study
from data.briefing import Brief, Hold, account_line, brief, peak_of, unread_families
from data.claims import VERDICTS as CLAIM_VERDICTS
from data.claims import claims, counted_words, verdict_counts
from data.classes import largest_classes, with_rest
from data.described import Credit, about, credits, fractions, types
from data.differences import Difference, compare, compare_rows
from data.errors import (
    AdoptionError,
    BuildError,
    FilterError,
    HeaderError,
    HistoryError,
    NoBuildError,
    PublishError,
    SeedError,
    SnapshotError,
    UnknownBuildError,
    UnknownMetricError,
    UnknownModelError,
    disk_problem,
)
from data.event_series import SERIES as EVENT_SERIES
from data.event_series import EventSeries
from data.event_windows import WINDOWS as EVENT_WINDOWS
from data.family import FamilyCard, family_card
from data.freshness import status
from data.history import History
from data.launches import (
    CLASS_LEAST,
    RAM_AGES,
    LaunchNotes,
    known_launches,
    launch_notes,
    published_ram,
    ram_note,
    usual_launches,
)
from data.layers import Layer
from data.leads import (
    crossings,
    leads,
    momentum_line,
    momentum_words,
    points_text,
    published_crossings,
    series_title,
)
from data.models import ModelCard, model_card, search_models
from data.package import Package, publish
from data.paths import ROOT, SEEDS_DIR, data_dir
from data.queries import (
    Column,
    MetricInfo,
    as_of,
    catalog,
    families,
    has_rows,
    metric,
    metric_info,
    model_history,
    newest_day,
    observations,
    series_sources,
    values_of,
)
from data.regions import REGIONS, RegionBrief, region_brief, region_dates, regions
from data.snapshots import Manifest, SnapshotRun, SnapshotStore
from data.tables import write_out
from data.vintages import KeptBuild, kept_builds
from data.warehouse import (
    BuildReport,
    SourceFacts,
    build,
    build_info,
    build_named,
    build_paths,
    check,
    is_lack,
    is_of_this_version,
    newest_build,
    pin,
    stale_reasons,
)
from data.workbook import PlainBook

__all__ = [
    "CLAIM_VERDICTS",
    "CLASS_LEAST",
    "EVENT_SERIES",
    "EVENT_WINDOWS",
    "RAM_AGES",
    "REGIONS",
    "ROOT",
    "SEEDS_DIR",
    "AdoptionError",
    "Brief",
    "BuildError",
    "BuildReport",
    "Column",
    "Credit",
    "Difference",
    "EventSeries",
    "EventStudy",
    "FamilyCard",
    "FilterError",
    "HeaderError",
    "History",
    "HistoryError",
    "Hold",
    "KeptBuild",
    "LaunchNotes",
    "Layer",
    "Manifest",
    "MetricInfo",
    "ModelCard",
    "NoBuildError",
    "Package",
    "PlainBook",
    "PublishError",
    "RegionBrief",
    "SeedError",
    "SnapshotError",
    "SnapshotRun",
    "SnapshotStore",
    "SourceFacts",
    "UnknownBuildError",
    "UnknownMetricError",
    "UnknownModelError",
    "about",
    "account_line",
    "as_of",
    "brief",
    "build",
    "build_info",
    "build_named",
    "build_paths",
    "catalog",
    "check",
    "claims",
    "compare",
    "compare_rows",
    "counted_words",
    "credits",
    "crossings",
    "data_dir",
    "disk_problem",
    "event_study",
    "families",
    "family_card",
    "findings",
    "fractions",
    "has_rows",
    "is_lack",
    "is_of_this_version",
    "kept_builds",
    "known_launches",
    "largest_classes",
    "launch_notes",
    "leads",
    "metric",
    "metric_info",
    "model_card",
    "model_history",
    "momentum_line",
    "momentum_words",
    "newest_build",
    "newest_day",
    "observations",
    "peak_of",
    "pin",
    "points_text",
    "publish",
    "published_crossings",
    "published_ram",
    "ram_note",
    "region_brief",
    "region_dates",
    "regions",
    "search_models",
    "seeds",
    "series_sources",
    "series_title",
    "stale_reasons",
    "status",
    "tables",
    "types",
    "unread_families",
    "usual_launches",
    "values_of",
    "verdict_counts",
    "vintages",
    "with_rest",
    "wording",
    "write_out",
]
