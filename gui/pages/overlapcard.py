"""What audiences have in common: a square of shares, each row's people that are in the column's too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from client.api import Audience, Shared
from gui import format as fmt
from gui.widgets.basics import Card, label
from gui.widgets.empty import Empty
from gui.widgets.matrix import ShareMatrix
from gui.words import fill


class OverlapCard(Card):
    """The newest audiences against each other."""

    def __init__(
        self,
        audiences: Sequence[Audience],
        titles: Mapping[str, str],
        shared: Sequence[Shared],
        floor: int,
    ) -> None:
        super().__init__(self.tr("Shoppers that audiences have in common"))
        if not shared:
            text = self.tr("With a second audience you see here how many shoppers are in both.")
            self.add(Empty("users", self.tr("Only one audience"), text))
            return
        ids = list(dict.fromkeys(x for s in shared for x in (s.first, s.second)))
        known = {a.audience_id: a for a in audiences}
        names = [self._name(known.get(i), i, titles) for i in ids]
        n = len(ids)
        shares: list[list[float | None]] = [[None] * n for _ in ids]
        said = [[fill(self.tr("under %1"), floor)] * n for _ in ids]
        notes = [[""] * n for _ in ids]
        for s in shared:
            for one, other, size in (
                (s.first, s.second, s.n_first),
                (s.second, s.first, s.n_second),
            ):
                i, j = ids.index(one), ids.index(other)
                notes[i][j] = self._note(names[i], names[j], s.n_shared, size, floor)
                if s.n_shared is not None and size:
                    shares[i][j] = s.n_shared / size
                    said[i][j] = fmt.share(s.n_shared / size, 0)
        self.matrix = ShareMatrix(names, shares, said, notes, self.accessibleName())
        text = fill(
            self.tr(
                "Read along a row: so many of its shoppers are in the column's audience too. Who is"
                " in both sees ads of both. Counts under %1 are not told."
            ),
            floor,
        )
        self.add(label(text, "caption", wrap=True), 4, self.matrix)

    def _name(self, audience: Audience | None, audience_id: str, titles: Mapping[str, str]) -> str:
        if audience is None:
            return audience_id
        title = titles.get(audience.product_id) or audience.name
        return f"{title} · {fmt.count(audience.size)}"

    def _note(self, one: str, other: str, n: int | None, of: int, floor: int) -> str:
        if n is None:
            return fill(self.tr("%1 and %2: fewer than %3 shoppers in both"), one, other, floor)
        text = self.tr("%1: %2 of its %3 shoppers are in %4 too")
        return fill(text, one, fmt.count(n), fmt.count(of), other)
