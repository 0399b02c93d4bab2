"""Which impression a purchase is credited to: the last click, else the last impression, in a window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DAY_S = 86_400
#: A purchase this near to a conversion of the shop's own files is that conversion.
SAME_S = 60


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back a purchase looks.

    Attributes:
        click_s: Seconds from a clicked impression to the purchase, at most.
        view_s: Seconds from an impression that was not clicked; 0 = only clicks count.
        category: Where the product itself was not shown, one of its category counts.
    """

    click_s: int
    view_s: int
    category: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """An impression; a click has the time of its impression.

    Attributes:
        impression_id: Which.
        product_id: Shown product.
        category: Its category; "" if unknown.
        at: Unix seconds.
        clicked: Whether it was clicked.
        own_at: Unix seconds of the conversion that the shop's own files give it; None without one.
    """

    impression_id: str
    product_id: str
    category: str
    at: int
    clicked: bool
    own_at: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase, or a return.

    Attributes:
        key: Natural key of the event.
        product_id: Which product.
        category: Its category; "" if unknown.
        at: Unix seconds.
        value_minor: Hundredths, of the whole line.
    """

    key: str
    product_id: str
    category: str
    at: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Credit:
    """A conversion that was made up from a purchase.

    Attributes:
        touch: The impression that is credited.
        sale: The purchase.
        refunded_at: Unix seconds of the return; None without one.
        refund_minor: Hundredths that were given back.
    """

    touch: Touch
    sale: Sale
    refunded_at: int | None = None
    refund_minor: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one shopper's purchases.

    Attributes:
        credits: In the order of the purchases.
        n_own: Purchases that the shop's own files report as conversions already.
        n_repeat: Purchases whose last impression has a conversion already.
        n_none: Purchases without an impression in the window.
    """

    credits: tuple[Credit, ...]
    n_own: int
    n_repeat: int
    n_none: int


def attribute(
    touches: Sequence[Touch], purchases: Iterable[Sale], returns: Iterable[Sale], windows: Windows
) -> Outcome:
    """Credit the purchases of one shopper, each at most once, each impression at most once.

    Purchases are taken in the order of their time, and an impression that is credited stays so:
    a later purchase changes nothing of an earlier one. If the impression that a purchase points
    to has a conversion already, the purchase is a repeated one and credited to nothing: an
    earlier impression did not lead to it.

    Args:
        touches: Of this shopper, any order.
        purchases: Of this shopper, any order.
        returns: Of this shopper; each takes back the latest purchase of its product before it.
        windows: How far back to look.
    """
    by_product, by_category = _index(touches)
    taken = {t.impression_id for t in touches if t.own_at is not None}
    own = {(t.product_id, t.own_at) for t in touches if t.own_at is not None}
    bought = sorted(purchases, key=_order)
    made: dict[str, Credit] = {}
    n_own = n_repeat = n_none = 0
    for sale in bought:
        if any(p == sale.product_id and abs(at - sale.at) <= SAME_S for p, at in own):
            n_own += 1
            continue
        touch = _last(by_product.get(sale.product_id, ()), sale.at, windows)
        if touch is None and windows.category and sale.category:
            touch = _last(by_category.get(sale.category, ()), sale.at, windows)
        if touch is None:
            n_none += 1
        elif touch.impression_id in taken:
            n_repeat += 1
        else:
            taken.add(touch.impression_id)
            made[sale.key] = Credit(touch, sale)
    for given_back, sale in _pairs(returns, bought):
        if sale.key in made:
            minor = min(abs(given_back.value_minor) or sale.value_minor, sale.value_minor)
            made[sale.key] = Credit(made[sale.key].touch, sale, given_back.at, minor)
    return Outcome(tuple(made.values()), n_own, n_repeat, n_none)


def _order(sale: Sale) -> tuple[int, str]:
    return sale.at, sale.key


def _index(touches: Sequence[Touch]) -> tuple[dict[str, list[Touch]], dict[str, list[Touch]]]:
    by_product: dict[str, list[Touch]] = {}
    by_category: dict[str, list[Touch]] = {}
    for t in sorted(touches, key=lambda t: (t.at, t.impression_id)):
        by_product.setdefault(t.product_id, []).append(t)
        if t.category:
            by_category.setdefault(t.category, []).append(t)
    return by_product, by_category


def _last(touches: Sequence[Touch], at: int, windows: Windows) -> Touch | None:
    """The last click within its window, else the last impression within its own; both not after `at`."""
    widest = max(windows.click_s, windows.view_s)
    seen: Touch | None = None
    for i in range(bisect_right(touches, at, key=lambda t: t.at) - 1, -1, -1):
        touch, ago = touches[i], at - touches[i].at
        if ago > widest:
            break
        if touch.clicked and ago <= windows.click_s:
            return touch
        if seen is None and windows.view_s and ago <= windows.view_s:
            seen = touch
    return seen


def _pairs(returns: Iterable[Sale], bought: Sequence[Sale]) -> Iterable[tuple[Sale, Sale]]:
    """Each return with the latest purchase of its product not after it that was not returned yet."""
    open_: dict[str, list[Sale]] = {}
    for sale in bought:
        open_.setdefault(sale.product_id, []).append(sale)
    for back in sorted(returns, key=_order):
        mine = open_.get(back.product_id, [])
        for i in range(bisect_right(mine, back.at, key=lambda s: s.at) - 1, -1, -1):
            yield back, mine.pop(i)
            break
