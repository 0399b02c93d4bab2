"""The torch-free facade: all that the window may ask of a shop, and the jobs it may start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from client import membership, results
from client.datareport.facts import Day
from client.datareport.previews import (
    ImportPreview,
    MappedColumn,
    changed,
    columns_of,
    kinds,
    read_previews,
)
from client.datareport.refusedsets import RefusedSet, read_groups
from client.datareport.views import Cleaning, CleaningRule, Part, Quality, SegmentView, Telling
from client.hold import Countersigned
from client.ingest.mapping import Mapping
from client.jobs import (
    JobFailure,
    JobProgress,
    JobResult,
    JobSpec,
    check_ledger,
    count_data,
    count_privacy,
    count_quarter,
    fix_refused,
    import_files,
    join_league,
    list_refused,
    make_shop,
    parse_line,
    preview_import,
    preview_retention,
    run_cleaning,
    run_node,
    run_retention,
    sort_segments,
    write_ads,
)
from client.modeldesk import ModelDesk
from client.modeljobs import (
    Asked,
    compare_groups,
    explain_score,
    export_audience,
    judge_worth,
    pick_asked,
    preview_audience,
    recommend_for,
    watch_drift,
)
from client.modelviews import ExportView, ModelView, OwnHead, Provenance, Reach, Shared
from client.people.rights import Held, Receipt
from client.preview import Membership, Preview, TensorPreview
from client.ready import Lack
from client.store import DATABASE_NAME, Store, browse, rows
from client.store.held import HeldReport
from client.store.rows import ImportRecord, ProductCount
from client.views import (
    MIN_FOR_RATE,
    AdView,
    Bucket,
    Departure,
    LeagueView,
    Performance,
    PrivacyView,
    RosterView,
    ShopInfo,
    Waiting,
)
from common.domain import Audience, Creative, CreativeDecision, Product, Reason
from common.keys import Identity
from common.settings import Policy, load_settings

# types of what writes ads: their rooms are loaded when an ad is asked for
if TYPE_CHECKING:
    from client.creative.learn.preferences import PairCount
    from client.creative.learn.results import GroupResult, Results, VariantResult
    from client.creative.marks import MarkedFinding, Place
    from client.creative.origin import Origin
    from client.creative.origin import Part as OriginPart
    from client.creative.preview import SlotPreview

__all__ = [
    "MIN_FOR_RATE",
    "AdView",
    "Asked",
    "Audience",
    "Bucket",
    "Cleaning",
    "CleaningRule",
    "Countersigned",
    "Creative",
    "CreativeDecision",
    "Day",
    "Departure",
    "ExportView",
    "GroupResult",
    "Held",
    "HeldReport",
    "ImportPreview",
    "ImportRecord",
    "JobFailure",
    "JobProgress",
    "JobResult",
    "JobSpec",
    "Lack",
    "LeagueView",
    "MappedColumn",
    "Mapping",
    "MarkedFinding",
    "Membership",
    "ModelView",
    "Origin",
    "OriginPart",
    "OwnHead",
    "PairCount",
    "Part",
    "Performance",
    "Place",
    "Policy",
    "Preview",
    "PrivacyView",
    "Product",
    "ProductCount",
    "Provenance",
    "Quality",
    "Reach",
    "Reason",
    "Receipt",
    "RefusedSet",
    "Results",
    "RosterView",
    "SegmentView",
    "Shared",
    "Shop",
    "ShopInfo",
    "SlotPreview",
    "Telling",
    "TensorPreview",
    "VariantResult",
    "Waiting",
    "changed",
    "check_ledger",
    "columns_of",
    "compare_groups",
    "count_data",
    "count_privacy",
    "count_quarter",
    "explain_score",
    "export_audience",
    "fix_refused",
    "import_files",
    "join_league",
    "judge_worth",
    "kinds",
    "list_refused",
    "make_shop",
    "parse_line",
    "pick_asked",
    "preview_audience",
    "preview_import",
    "preview_retention",
    "read_groups",
    "read_previews",
    "recommend_for",
    "run_cleaning",
    "run_node",
    "run_retention",
    "sort_segments",
    "watch_drift",
    "write_ads",
]


class Shop(ModelDesk):
    """An open shop folder, read and changed in quick steps.

    Every method takes milliseconds; what takes longer is a job in a process of its own.
    """

    @staticmethod
    def exists(home: Path) -> bool:
        """Whether the folder holds a shop."""
        return (home / DATABASE_NAME).exists()

    @classmethod
    def open(cls, home: Path) -> Shop:
        """Open a shop folder.

        Raises:
            UserFacing: no shop, a newer or damaged database, settings out of bounds.
        """
        return cls(Store.open(home), load_settings(home))

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def version(self) -> int:
        """Changes whenever another process changed the shop or its settings, which are read again."""
        return hash((browse.version(self._store), self._reread()))

    # --- rows -------------------------------------------------------------------------------

    def info(self) -> ShopInfo:
        """The shop at a glance."""
        s = rows.summary(self._store)
        imported = rows.imports(self._store)
        return ShopInfo(
            name=self.settings.shop_name,
            identity=_fingerprint(self.home),
            n_products=s.tables["products"],
            n_shoppers=s.tables["shoppers"],
            n_consenting=s.n_consenting,
            n_events=s.tables["events"],
            n_impressions=s.tables["impressions"],
            n_clicks=s.n_clicked if s.n_clicks_known else None,
            n_conversions=s.n_converted if s.n_labelled else None,
            n_refused=s.n_refused,
            imported_at=imported[0].imported_at if imported else "",
            shown_from=s.first_at,
            shown_until=s.last_at,
        )

    def performance(self, n_weeks: int, step: int = 1) -> Performance:
        """The last `n_weeks` weeks of shown ads, and as many before them.

        Args:
            n_weeks: Length of the period that ends with the last week that has ads.
            step: Weeks in one bucket; divides `n_weeks`.
        """
        return results.performance(self._store, n_weeks, step)

    def tables(self) -> tuple[str, ...]:
        """Tables that a person may browse."""
        return browse.TABLES

    def columns(self, table: str) -> tuple[str, ...]:
        """Columns of a table."""
        return browse.columns(table)

    def count(self, table: str) -> int:
        """Rows of a table."""
        return browse.count(self._store, table)

    def key_at(self, table: str, row: int) -> browse.Key | None:
        """Key of a row by number, for a jump."""
        return browse.key_at(self._store, table, row)

    def rows_from(
        self, table: str, key: browse.Key, limit: int
    ) -> tuple[list[tuple[browse.Cell, ...]], browse.Key | None]:
        """Rows from a key on, and the key that follows."""
        return browse.rows_from(self._store, table, key, limit)

    def imports(self) -> Sequence[ImportRecord]:
        """Imported files, newest first."""
        return rows.imports(self._store)

    def products(self, search: str = "", limit: int = 100) -> Sequence[ProductCount]:
        """Products, those shown most first."""
        return rows.products(self._store, search=search, limit=limit)

    def title(self, product_id: str) -> str:
        """Title of a product; its number if the catalogue lacks it."""
        return browse.title(self._store, product_id)

    # --- league -----------------------------------------------------------------------------

    def league(self) -> LeagueView:
        """Where this shop stands with its league."""
        return membership.league(self._store)

    def changed_roster(self) -> RosterView | None:
        """A list of merchants that waits for this shop's yes; None where none does."""
        return membership.changed_roster(self._store)

    def accept_roster(self, seen: RosterView) -> None:
        """Go by the list that the person saw, from the next round on.

        Raises:
            UserFacing: another list came since, or none waits.
        """
        membership.accept_roster(self._store, seen)


def _fingerprint(home: Path) -> str:
    """The shop's public name, from its identity file; "" when there is none."""
    path = home / "keys" / "identity.pem"
    return Identity.load(path).public.fingerprint if path.exists() else ""
