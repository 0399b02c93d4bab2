"""The last data report, kept in the shop's folder so that a window has it at once: figures only."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from client.datareport.facts import Report
from client.store import Store, coverage

NAME = "data-report.json"
log = logging.getLogger(__name__)


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def last(home: Path) -> Report | None:
    """The report that was kept; None where there is none that can be read."""
    try:
        return _adapter().validate_json((home / NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def is_fresh(store: Store, report: Report) -> bool:
    """Whether it still says what the rows say."""
    return report.state == coverage.state(store)


def current(store: Store, *, features: bool | None = None) -> Report:
    """The kept report if it is fresh, else a new one, which is kept."""
    kept = last(store.home)
    missing = features and kept is not None and not kept.features
    if kept is not None and not missing and is_fresh(store, kept):
        return kept
    # imported here: a window reads what is kept and never counts by itself
    from client.datareport.gather import gather

    report = gather(store, features=features)
    path = store.home / NAME
    try:
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_bytes(_adapter().dump_json(report))
        new.replace(path)
    except OSError as e:
        # a full disk costs the next reader some seconds, nothing more
        log.warning("the data report cannot be kept: %s", e.strerror)
    return report
