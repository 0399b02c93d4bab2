"""draft(): candidates of a writer, checked, ranked and stored; the Writer interface."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from client.creative.brief import AdText, Brief, Candidate, Kind, Language, Tone, make_brief
from client.creative.check import check, has_errors
from client.creative.language import LanguageModel, Watch
from client.creative.model_writer import floor
from client.creative.offers import in_language
from client.creative.origin import as_creative
from client.creative.past import examples
from client.creative.rank import Ranked, Ranking, explain, rank, rank_all
from client.creative.signals import Signals, gather
from client.creative.template import MOST, TemplateWriter
from client.store import Store, creatives
from common.domain import Audience, Creative, CreativeState, Finding, Product
from common.errors import CreativeError
from common.settings import Settings

#: candidates whose likelihood is asked; each costs a model some hundred milliseconds
FLOOR_MOST = 9


class Writer(Protocol):
    """Whoever proposes ads: templates or a language model. All go through one path."""

    @property
    def name(self) -> str:
        """Stable name, stored with every ad."""
        ...

    @property
    def version(self) -> str:
        """Of its bank, or model and digest; stored with every ad."""
        ...

    def write(
        self, brief: Brief, n: int, seed: int | None = None, watch: Watch | None = None
    ) -> list[Candidate]:
        """At most n ads for a brief; they need not pass any check.

        Args:
            brief: What is to be written; its words are data, never instructions.
            n: How many at most.
            seed: Same seed, same ads; None = the seed of the brief.
            watch: Called with the number of a candidate and the next piece of its text.
        """
        ...


@dataclass(frozen=True, slots=True)
class Drafted:
    """Ads for one brief before they are stored.

    Attributes:
        brief: What was asked.
        passed: The best that pass all checks, best first.
        refused: If nothing passed: candidates with what the checks found.
        n_candidates: How many the writer proposed.
        n_passed: How many of them passed.
        why: What chose this set, and what could not be measured.
    """

    brief: Brief
    passed: tuple[tuple[Ranked, tuple[Finding, ...]], ...]
    refused: tuple[tuple[Candidate, tuple[Finding, ...]], ...]
    n_candidates: int
    n_passed: int
    why: str = ""


def compose(
    brief: Brief,
    n: int = 3,
    writer: Writer | None = None,
    *,
    judge: LanguageModel | None = None,
    watch: Watch | None = None,
    signals: Signals | None = None,
) -> Drafted:
    """Write, check and rank; stores nothing.

    Args:
        brief: What is to be written.
        n: How many ads.
        writer: None = the template writer.
        judge: If given, the least likely third of the best candidates is dropped before the
            last ranking. A floor, not the aim: likely words are bland words.
        watch: Hears the text as it is written.
        signals: What the ranker knows besides the words; None = words only.
    """
    proposed = (writer or TemplateWriter()).write(brief, MOST, None, watch)
    checked = [(c, check(brief, c.text)) for c in proposed]
    good = {id(c): f for c, f in checked if not has_errors(f)}
    passing = [c for c, _ in checked if id(c) in good]
    ranking = rank_all(brief, _above_floor(brief, passing, n, judge), n, None, signals)
    best = ranking.chosen
    return Drafted(
        brief=brief,
        passed=tuple((r, good[id(r.candidate)]) for r in best),
        refused=() if best else tuple(sorted(checked, key=lambda p: len(p[1]))[:n]),
        n_candidates=len(proposed),
        n_passed=len(good),
        why=_why(ranking),
    )


def _why(ranking: Ranking) -> str:
    """The parts that set this set apart from all candidates."""
    parts = [f"{name} {lead:+.2f}" for name, lead in explain(ranking)[:6]]
    return "; ".join((", ".join(parts), *ranking.notes)).strip("; ")


def _above_floor(
    brief: Brief, candidates: list[Candidate], n: int, judge: LanguageModel | None
) -> list[Candidate]:
    """The best few candidates without the least likely third; all of them without a judge."""
    if judge is None:
        return candidates
    best = [r.candidate for r in rank(brief, candidates, FLOOR_MOST + n)]
    dropped = floor(judge, [f"{c.text.headline}. {c.text.body}" for c in best])
    return [c for i, c in enumerate(best) if i not in dropped]


def _filled(drafted: Drafted, n: int, signals: Signals) -> Drafted:
    """What a model could not write, the template writer adds, unlike what is there."""
    have = tuple(r.candidate.text for r, _ in drafted.passed)
    if len(have) >= n:
        return drafted
    brief = replace(drafted.brief, earlier=(*drafted.brief.earlier, *have))
    more = compose(brief, n - len(have), signals=signals)
    return replace(drafted, passed=(*drafted.passed, *more.passed), refused=more.refused)


def draft(
    store: Store,
    settings: Settings,
    product: Product,
    audience: Audience | None = None,
    language: Language | None = None,
    n: int = 3,
    *,
    kind: Kind | None = None,
    offer: str = "",
    tone: Tone = "warm",
    slot_name: str = "search",
    seed: int | None = None,
    writer: Writer | None = None,
    fill: bool = False,
    judge: LanguageModel | None = None,
    watch: Watch | None = None,
) -> list[Creative]:
    """Write 1 to 20 ads for a product; store the best as drafts and return them, best first.

    Those that fail a check are stored (as refused, with the findings) only if nothing passes.
    With `fill` templates add what another writer could not; `judge` and `watch` are as in `compose`,
    the options as in `make_brief`; a seed comes from the brief and earlier ads. Of the audience only
    its id and its reasons' names are used. CreativeError: the writer proposed nothing.
    """
    audience_id = audience.audience_id if audience else ""
    asked = _Asked(language or settings.language, kind, tone, offer, slot_name, seed)
    brief = _brief(store, product, audience, asked)
    signals = gather(store, brief, audience_id)
    writer = writer or TemplateWriter()
    n = max(1, min(n, 20))
    drafted = compose(brief, n, writer, judge=judge, watch=watch, signals=signals)
    if fill:
        drafted = _filled(drafted, n, signals)
    if not (drafted.passed or drafted.refused):
        raise _nothing_new()
    return creatives.save(store, _creatives(drafted, audience_id, writer))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of a brief the person chose; None = as it comes."""

    language: Language
    kind: Kind | None
    tone: Tone
    offer: str
    slot_name: str
    seed: int | None


def _brief(store: Store, product: Product, audience: Audience | None, asked: _Asked) -> Brief:
    """The brief with what the shop has written and approved before."""
    audience_id = audience.audience_id if audience else ""
    offer = in_language(asked.offer, asked.language, product.currency)
    if asked.offer and not offer:
        raise _other_language(asked)
    earlier = earlier_texts(store, product.product_id, audience_id, asked.language, asked.slot_name)
    own = _seed(product.product_id, audience_id, len(earlier))
    return make_brief(
        product,
        asked.language,
        kind=asked.kind,
        tone=asked.tone,
        audience=audience,
        offer=offer,
        earlier=earlier,
        best=examples(store, product, asked.language, asked.slot_name),
        other_brands=creatives.brands(store),
        seed=own if asked.seed is None else asked.seed,
        slot_name=asked.slot_name,
    )


def _other_language(asked: _Asked) -> CreativeError:
    needed = {"en": "English", "zh": "Chinese"}[asked.language]
    return CreativeError(
        f"The offer cannot be put into {needed}, the language of the ad.",
        where=asked.offer[:80],
        safe="Nothing was written.",
        todo=f"Give it in {needed}, such as --offer "
        + ("'spend $100, save $20'" if asked.language == "en" else "满100减20"),
    )


def _nothing_new() -> CreativeError:
    return CreativeError(
        "No new ad can be written for this product.",
        safe="The earlier ads are as before.",
        todo="Give the product a fuller description, edit an earlier ad, or try another kind.",
    )


def earlier_texts(
    store: Store, product_id: str, audience_id: str, language: str, slot: str, without: str = ""
) -> list[AdText]:
    """What was written before, refused ads left out, and titles of other marketplaces."""
    return [
        AdText(c.headline, c.body)
        for c in creatives.listing(store, audience_id=audience_id, product_id=product_id)
        if c.language == language
        and c.creative_id != without
        and (c.body or c.slot == slot)
        and c.state is not CreativeState.REFUSED
    ]


def _creatives(drafted: Drafted, audience_id: str, writer: Writer) -> Sequence[Creative]:
    own = partial(as_creative, drafted.brief, audience_id, (writer.name, writer.version))
    good = [own(r.candidate, f, r.parts, drafted.why) for r, f in drafted.passed]
    return good or [own(c, f) for c, f in drafted.refused]


def _seed(product_id: str, audience_id: str, n_earlier: int) -> int:
    """The same brief gives the same ads; every further call gives others."""
    digest = hashlib.sha256(f"{product_id}\0{audience_id}\0{n_earlier}".encode()).digest()
    return int.from_bytes(digest[:6], "big")
