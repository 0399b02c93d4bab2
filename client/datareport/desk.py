"""DataDesk: the rows' side of an open shop: how good they are, and what cleaning does to them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from client.adsdesk import AdsDesk
from client.clean import settings as cleaning
from client.clean.summary import summary
from client.datareport import kept, previews
from client.datareport.facts import Report
from client.datareport.filledin import every_day, range_words
from client.datareport.views import Cleaning, CleaningRule, Part, Quality, SegmentView, Telling
from client.datareport.words import alert_words, word
from client.ingest.mapping import Mapping
from client.people import keeping, rights
from client.people.rights import Held, Receipt
from client.profiles.segments import hint
from client.store import clean, coverage, profiles


class DataDesk(AdsDesk):
    """Every method takes milliseconds and reaches no heavy library."""

    #: What was counted last, and of which state: counting takes longer than a look.
    _segments: tuple[str, tuple[SegmentView, ...]] = ("", ())

    def quality(self, language: str) -> Quality | None:
        """The last data report; None before the first. Where it is not fresh: `count_data`."""
        report = kept.last(self.home)
        if report is None:
            return None
        return Quality(
            made_at=report.made_at,
            is_fresh=kept.is_fresh(self._store, report),
            alerts=tuple(Telling(a.level, *alert_words(a, language)) for a in report.alerts),
            days=tuple(every_day(report.days)),
            matches=_matches(report, language),
            filled=_filled(report, language),
            currency=report.currency,
        )

    def data_state(self) -> str:
        """Another text once the data report would say something else."""
        return coverage.state(self._store)

    def cleaning(self, language: str) -> Cleaning:
        """The rules, their switches, and what they set aside in the last run.

        Raises:
            UserFacing: cleaning.toml cannot be used.
        """
        zh = language == "zh"
        last = clean.last_run(self._store)
        return Cleaning(
            ran_at=last.ran_at if last is not None else "",
            rules=tuple(
                CleaningRule(
                    r.rule,
                    r.title_zh if zh else r.title_en,
                    r.sentence_zh if zh else r.sentence_en,
                    r.on,
                    tuple(r.tables.items()),
                    r.pending,
                )
                for r in summary(self._store)
            ),
            can_undo=cleaning.can_undo(self.home),
        )

    def segments(self, language: str) -> tuple[SegmentView, ...]:
        """Segments with people in them, those by rules first; () before the first `sort_segments`."""
        state = f"{language} {profiles.last_run(self._store)} {self.data_state()}"
        if self._segments[0] != state:
            found = tuple(_segment(s, language == "zh") for s in profiles.overview(self._store))
            self._segments = (state, found)
        return self._segments[1]

    def set_cleaning(self, name: str, on: bool) -> None:
        """Switch a rule; it counts from the next run of `run_cleaning`.

        Raises:
            UserFacing: cleaning.toml cannot be used or written.
        """
        cleaning.change(self.home, name, on)

    def undo_cleaning(self) -> None:
        """Switches as before the last change.

        Raises:
            UserFacing: there was none, or the file cannot be written.
        """
        cleaning.undo(self.home)

    def keep_mapping(self, mapping: Mapping, name: str = "") -> Path:
        """Write a mapping's file: with a name it is used again for files with these columns.

        Raises:
            UserFacing: it cannot be written.
        """
        return previews.write(self.home, mapping, name)

    # --- people -----------------------------------------------------------------------------

    def person(self, id_or_key: str) -> Held:
        """Everything that is held about one person.

        Args:
            id_or_key: The shop's own customer id, or a pseudonym.

        Raises:
            UserFacing: the shop holds nobody of this id, or its salt cannot be read.
        """
        return rights.show(self._store, id_or_key)

    def set_consent(self, id_or_key: str, yes: bool) -> None:
        """Write down what a person said; `person` says what it raises."""
        rights.set_consent(self._store, id_or_key, yes, datetime.now(UTC))

    def set_personalise(self, id_or_key: str, on: bool) -> None:
        """Switch picking ads by the person's own behaviour on or off; `person` says what it raises."""
        rights.set_personalise(self._store, id_or_key, on, datetime.now(UTC))

    def forget(self, id_or_key: str) -> Receipt:
        """Delete a person everywhere, for good; the receipt is in the ledger and names nobody."""
        return rights.forget(self._store, id_or_key, datetime.now(UTC))

    def people_receipts(self) -> tuple[Receipt, ...]:
        """What was deleted, newest last."""
        return rights.receipts(self._store)

    def keep_days(self, days: int | None) -> None:
        """Days of behaviour to keep from now on, deleted daily; None: nothing is deleted by itself.

        Raises:
            UserFacing: the value cannot be used, or the file cannot be written.
        """
        keeping.switch(self.home, days)
        self._reread()


def _segment(s: profiles.SegmentRow, zh: bool) -> SegmentView:
    told = hint(s.segment_id)
    return SegmentView(
        s.segment_id,
        s.names.zh if zh else _head(s.names.en),
        told.zh if zh else told.en,
        s.method != "rfm",
        *(s.n_people, s.share, s.n_orders, s.spend_minor, s.moved_in, s.moved_out),
    )


def _matches(report: Report, language: str) -> tuple[Part, ...]:
    return tuple(
        Part(
            _head(word("matches", m.name, language)),
            m.share,
            word("page", "of", language).format(f"{m.n_matched:,}", f"{m.n_rows:,}"),
        )
        for m in report.matches
        if m.share is not None
    )


def _filled(report: Report, language: str) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    out: dict[str, list[Part]] = {}
    for c in report.columns:
        name = _head(word("columns", c.name, language))
        part = Part(name, c.n_filled / c.n_rows, range_words(c))
        out.setdefault(c.table, []).append(part)
    return tuple((table, tuple(parts)) for table, parts in out.items())


def _head(text: str) -> str:
    return text[:1].upper() + text[1:]
