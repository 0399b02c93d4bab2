"""What the ranker knows besides the words: vectors, the shop's own outcomes, what an audience saw."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client.creative import headlines
from client.creative.brief import AdText, Brief, Candidate, bare_hook
from client.creative.headlines import HeadlineModel
from client.creative.past import Shown, shown_of
from client.store import Store, creatives
from client.text.choose import open_encoder
from client.text.encoder import Encoder, Vectors
from client.text.vectors import product_text, vectors
from common.domain import Creative
from common.errors import InputError

#: candidates that a vector is computed for, best first by the cheap parts; each costs 30 to 100 ms
VECTORS_MOST = 16
#: versions that were ever approved whose outcomes are read, the newest
ADS_MOST = 500
#: z-scores beyond this say nothing more
_Z_MOST = 2.5
#: an ad shown so many days ago tires half as much
HALF_LIFE_DAYS = 30.0
#: impressions at which an ad counts half of one that everybody saw; one never logged counts so too
HALF_SHOWN = 200
#: ads of the shop that are remembered, newest first, and after how many more a line counts half
LATELY_MOST, LATELY_HALF = 90, 30
#: how sure the prior of click-through rates may be, in impressions
_STRENGTH = (30.0, 5_000.0)
_Numbers = NDArray[np.float64]
#: id of a hook or a sentence -> (impressions, clicks)
Outcomes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Seen:
    """An ad that this audience was shown.

    Attributes:
        text: Its words.
        hook_id: Its hook; "" = none.
        weight: How much of it is remembered, 0 to 1.
    """

    text: AdText
    hook_id: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Signals:
    """All optional: what is not known counts nothing.

    Attributes:
        encoder: Multilingual text vectors; None = relevance is not measured.
        headlines: Which English headlines are clicked; None = not asked.
        outcomes: Of the shop's own ads in this language and slot.
        lately: Hook or sentence -> how often the shop's newest ads for other products say it.
        seen: What this audience was shown.
        notes: What could not be had, in words.
    """

    encoder: Encoder | None = None
    headlines: HeadlineModel | None = field(default_factory=headlines.shipped)
    outcomes: Outcomes = field(default_factory=dict)
    lately: Mapping[str, float] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    notes: tuple[str, ...] = ()


class Cached:
    """An encoder whose vectors stay in the shop's database."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        """Keep the vectors of `encoder` in `store`."""
        self._store, self._encoder = store, encoder
        self.name, self.version, self.width = encoder.name, encoder.version, encoder.width

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Float32 [n, T] of unit length; known texts are not computed again."""
        return vectors(self._store, texts, self._encoder, query=query)


def gather(
    store: Store, brief: Brief, audience_id: str = "", at: datetime | None = None
) -> Signals:
    """What this shop knows for ranking ads of this brief.

    Args:
        store: The open shop folder.
        brief: Its language and slot say which outcomes are comparable.
        audience_id: "" = no audience: nobody can have tired of an ad.
        at: Now, UTC.
    """
    notes = []
    encoder: Encoder | None = None
    try:
        encoder = Cached(store, open_encoder(store.home))
    except InputError as e:
        notes.append(f"relevance was not measured: {e.what}")
    model = headlines.shipped()
    try:
        model = headlines.of_shop(store.home)
    except InputError as e:
        notes.append(f"the weights in the package were used: {e.what}")
    ads = [c for c in creatives.shown(store) if c.language == brief.language][-ADS_MOST:]
    same = [c for c in ads if (c.provenance.get("slot") or "search") == brief.slot.name]
    shown = shown_of(store, ads)
    mine = [c for c in ads if audience_id and c.audience_id == audience_id]
    now = at or datetime.now(UTC)
    seen = tuple(_seen(c, shown.get((c.creative_id, c.version)), now) for c in mine)
    return Signals(
        encoder, model, _by_line(same, shown), _written(store, brief), seen, tuple(notes)
    )


def _written(store: Store, brief: Brief) -> dict[str, float]:
    """What the shop wrote last for other products in this language, by line."""
    ads = [
        c
        for c in creatives.listing(store, language=brief.language)
        if c.product_id != brief.product.product_id
    ]
    origins = (c.provenance for c in ads[:LATELY_MOST] if c.writer != "person")
    return lately((p.get("hook", ""), p.get("template", "")) for p in origins)


def lately(ads: Iterable[tuple[str, str]]) -> dict[str, float]:
    """How often each line was said, an ad that is LATELY_HALF ads older counting half.

    Args:
        ads: Hook and sentences ("a+b") of each, newest first.
    """
    out: dict[str, float] = {}
    for age, (hook, sentences) in enumerate(ads):
        for line in lines_of(hook, sentences):
            out[line] = out.get(line, 0.0) + 0.5 ** (age / LATELY_HALF)
    return out


def repeated(lately_said: Mapping[str, float], candidates: Sequence[Candidate]) -> _Numbers:
    """[n] how often the shop said the lines of each candidate lately; a line counts 3 at most."""
    lines = [lines_of(c.hook_id, c.template_id) for c in candidates]
    return np.asarray([sum(min(lately_said.get(x, 0.0), 3.0) for x in own) for own in lines])


def _seen(ad: Creative, shown: Shown | None, now: datetime) -> Seen:
    """Weight: how long ago, and how often; an ad without a log counts half."""
    day = (shown.last_day if shown else "") or ad.decided_at or ad.created_at
    age_days = max(0.0, (now - _moment(day)).total_seconds() / 86_400)
    often = shown.n / (shown.n + HALF_SHOWN) if shown and shown.n else 0.5
    text = AdText(ad.headline, ad.body)
    hook = bare_hook(ad.provenance.get("hook", ""))
    return Seen(text, hook, often * 0.5 ** (age_days / HALF_LIFE_DAYS))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _by_line(ads: Sequence[Creative], shown: Mapping[tuple[str, int], Shown]) -> Outcomes:
    """Outcomes by hook and by sentence; words that a person changed are no longer the template's."""
    out: dict[str, tuple[int, int]] = {}
    for ad in ads:
        own = shown.get((ad.creative_id, ad.version))
        if own is None or not own.n_known or ad.writer == "person":
            continue
        for line in lines_of(ad.provenance.get("hook", ""), ad.provenance.get("template", "")):
            n, k = out.get(line, (0, 0))
            out[line] = (n + own.n_known, k + own.n_clicks)
    return out


def lines_of(hook_id: str, template_id: str) -> list[str]:
    """Ids that mean the same words in every brief; a borrowed ad's are numbered anew each time."""
    lines = (bare_hook(hook_id), *template_id.split("+"))
    return [line for line in lines if line and not line.startswith("best.")]


def clicked(outcomes: Outcomes, candidates: Sequence[Candidate]) -> _Numbers:
    """[n] natural log of the expected click-through rate over the mean rate, by hook and sentence.

    Rates are shrunk to the mean by a Beta prior fitted by moments (Kleinman 1973): a hook with few
    impressions counts little. Which product a hook stood on is not taken out.
    """
    total, clicks = (sum(x) for x in zip(*outcomes.values(), strict=True)) if outcomes else (0, 0)
    if not clicks or clicks >= total:
        return np.zeros(len(candidates))
    mean = clicks / total
    strength = _strength(list(outcomes.values()), mean)
    lift = {
        line: math.log((k + strength * mean) / ((n + strength) * mean))
        for line, (n, k) in outcomes.items()
    }
    lines = [lines_of(c.hook_id, c.template_id) for c in candidates]
    return np.asarray([sum(lift.get(x, 0.0) for x in own) / max(len(own), 1) for own in lines])


def _strength(counts: Sequence[tuple[int, int]], mean: float) -> float:
    """Impressions that the Beta prior is worth, by the moments of the rates."""
    n = np.asarray([c[0] for c in counts], np.float64)
    k = np.asarray([c[1] for c in counts], np.float64)
    used = n > 0
    n, rates = n[used], k[used] / n[used]
    noise = mean * (1 - mean)
    spread = float((n * (rates - mean) ** 2).sum()) - (len(n) - 1) * noise
    room = float(n.sum() - (n**2).sum() / n.sum())
    if len(n) < 2 or spread <= 0 or room <= 0:
        return _STRENGTH[1]
    return float(np.clip(noise * room / spread - 1, *_STRENGTH))


def z_scores(values: _Numbers) -> _Numbers:
    """[n] deviations from the mean of the set in its own spread, cut at 2.5; zeros if all are equal."""
    spread = float(values.std()) if len(values) else 0.0
    if spread < 1e-9:
        return np.zeros(len(values))
    out: _Numbers = np.clip((values - values.mean()) / spread, -_Z_MOST, _Z_MOST)
    return out


def relevance(
    encoder: Encoder, brief: Brief, candidates: Sequence[Candidate]
) -> tuple[_Numbers, _Numbers, Vectors]:
    """Cosines of the ads with the product and with the audience's reasons, and the ads' vectors.

    Returns:
        [n] with the product; [n] with the reasons, zeros without any; [n, T].
    """
    p = brief.product
    about = [product_text(p.title, (p.department, p.category, p.product_type), p.description)]
    if brief.reasons:
        about.append(". ".join(brief.reasons))
    asked = encoder.encode(about, query=True)
    own = encoder.encode([c.text.whole() for c in candidates])
    cosines = (own @ asked.T).astype(np.float64)
    reasons = cosines[:, 1] if brief.reasons else np.zeros(len(candidates))
    return cosines[:, 0], reasons, own
