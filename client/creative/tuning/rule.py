"""The rule by which an adapter may be taken into use: it gained on what was held out and is worse at nothing."""

from __future__ import annotations

from client.creative.tuning.nouns import Worth

#: a share may be this much worse: less is chance, with some hundred lines
ROOM = 0.02
#: 4-grams copied from the training pairs: what is liked is said again, but not so often
COPY_ROOM = 0.05
#: how much of its variety a model must keep
VARIETY = 0.9
#: ads below which nothing can be said
LEAST_ADS = 20


def against(before: Worth, after: Worth, *, gained: bool) -> tuple[str, ...]:
    """Reasons in words why the adapter must not be used; none = it may be.

    Args:
        before: The model that is in use.
        after: The same with the adapter.
        gained: Whether the loss of the held-out pairs fell at all.
    """
    out = [] if gained else ["it learned nothing: the held-out pairs are told apart no better"]
    if min(after.n_ads, after.n_pairs) < LEAST_ADS:
        out.append(
            f"too little was there to judge: {after.n_ads} ads and {after.n_pairs} held-out pairs,"
            f" {LEAST_ADS} of each are needed"
        )
    if not after.usable_briefs:
        out.append("it writes no ad that passes the checks")
    falls = (
        ("it prefers the chosen side less", before.preference_accuracy, after.preference_accuracy),
        ("fewer of its lines pass the checks", before.pass_rate, after.pass_rate),
        ("fewer briefs get a usable ad", before.usable_briefs, after.usable_briefs),
        ("more of what it states is wrong", before.fact_precision, after.fact_precision),
    )
    out += [f"{what} ({b:.2f} -> {a:.2f})" for what, b, a in falls if a < b - ROOM]
    rises = (
        ("it copies headlines", before.copied_headlines, after.copied_headlines, ROOM),
        ("it copies phrases", before.copied_4, after.copied_4, COPY_ROOM),
    )
    out += [f"{what} ({b:.2f} -> {a:.2f})" for what, b, a, room in rises if a > b + room]
    if after.distinct_2 < VARIETY * before.distinct_2:
        out.append(f"its ads are more alike ({before.distinct_2:.2f} -> {after.distinct_2:.2f})")
    return tuple(out)


def table(before: Worth, after: Worth) -> list[tuple[str, float, float]]:
    """Rows of the table before/after: what, before, after."""
    names = (
        ("held-out preference accuracy", "preference_accuracy"),
        ("lines that pass all checks", "pass_rate"),
        ("briefs with a usable ad", "usable_briefs"),
        ("fact precision", "fact_precision"),
        ("copied headlines", "copied_headlines"),
        ("copied 4-grams", "copied_4"),
        ("distinct-2", "distinct_2"),
    )
    return [(words, getattr(before, name), getattr(after, name)) for words, name in names]
