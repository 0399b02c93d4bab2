"""Attribution for a whole shop: its purchases become conversions of source 'window'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from client.clean.attribution import Outcome, Sale, Touch, Windows, attribute
from client.store import Store
from client.store.attribute import Journey, NewConversion, Written, replace


@dataclass(slots=True)
class _Tally:
    n_shoppers: int = 0
    n_purchases: int = 0
    n_clicks: int = 0
    n_views: int = 0
    n_own: int = 0
    n_repeat: int = 0
    n_none: int = 0
    n_refunded: int = 0
    value_minor: int = 0


@dataclass(frozen=True, slots=True)
class Attribution:
    """What became of the shop's purchases.

    Attributes:
        dry_run: Nothing was changed.
        n_purchases: Purchases of a known product that are in use.
        n_clicks: Credited to a click.
        n_views: Credited to an impression without a click.
        n_own: Reported as conversions by the shop's own files; these stay as they are.
        n_repeat: Their impression has a conversion already.
        n_none: No impression in the window.
        n_refunded: Credited ones that were returned.
        value_minor: Hundredths of all that were credited, before refunds.
        n_new: Conversions that were not there before.
        n_changed: Conversions with another value, time or refund.
        n_removed: Conversions of an earlier attribution that no longer hold.
    """

    dry_run: bool
    n_purchases: int
    n_clicks: int
    n_views: int
    n_own: int
    n_repeat: int
    n_none: int
    n_refunded: int
    value_minor: int
    n_new: int
    n_changed: int
    n_removed: int


def attribute_shop(
    store: Store,
    windows: Windows,
    *,
    dry_run: bool = False,
    watch: Callable[[int], None] | None = None,
) -> Attribution:
    """Credit every purchase that is in use; replaces what an earlier attribution wrote, nothing else.

    Args:
        store: The shop.
        windows: How far back a purchase looks.
        dry_run: Count everything, then leave the database as it was.
        watch: Told how many shoppers are done, every thousand.

    Raises:
        StoreError: the database cannot be written; everything is as it was.
    """
    tally = _Tally()

    def make(journeys: Iterator[Journey]) -> Iterator[NewConversion]:
        for journey in journeys:
            outcome = _credit(journey, windows)
            _count(tally, outcome, len(journey.bought))
            if watch is not None and tally.n_shoppers % 1000 == 0:
                watch(tally.n_shoppers)
            for c in outcome.credits:
                yield NewConversion(
                    impression_id=c.touch.impression_id,
                    converted_at=c.sale.at,
                    value_minor=c.sale.value_minor,
                    order_id=c.sale.key.removeprefix("id:"),
                    refunded_at=c.refunded_at,
                    refund_minor=c.refund_minor,
                )

    return _result(
        tally, replace(store, make, max(windows.click_s, windows.view_s), dry_run=dry_run), dry_run
    )


def _credit(journey: Journey, windows: Windows) -> Outcome:
    touches = [
        Touch(s.impression_id, s.product_id, s.category, s.at, bool(s.clicked), s.own_at)
        for s in journey.shown
    ]
    bought, returned = ([Sale(*s) for s in sales] for sales in (journey.bought, journey.returned))
    return attribute(touches, bought, returned, windows)


def _count(tally: _Tally, outcome: Outcome, n_purchases: int) -> None:
    tally.n_shoppers += 1
    tally.n_purchases += n_purchases
    clicks = sum(c.touch.clicked for c in outcome.credits)
    tally.n_clicks += clicks
    tally.n_views += len(outcome.credits) - clicks
    tally.n_own += outcome.n_own
    tally.n_repeat += outcome.n_repeat
    tally.n_none += outcome.n_none
    tally.n_refunded += sum(c.refunded_at is not None for c in outcome.credits)
    tally.value_minor += sum(c.sale.value_minor for c in outcome.credits)


def _result(t: _Tally, written: Written, dry_run: bool) -> Attribution:
    return Attribution(
        dry_run=dry_run,
        n_purchases=t.n_purchases,
        n_clicks=t.n_clicks,
        n_views=t.n_views,
        n_own=t.n_own,
        n_repeat=t.n_repeat,
        n_none=t.n_none,
        n_refunded=t.n_refunded,
        value_minor=t.value_minor,
        n_new=written.n_new,
        n_changed=written.n_changed,
        n_removed=written.n_removed,
    )
