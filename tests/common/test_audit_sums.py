"""verify over rounds with league noise: sums open again bit for bit, and every lie about one is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from common import book_file
from common.accounting import spent
from common.accounting_discrete import spent_against_all
from common.audit.cli import audit as group
from common.audit.diff import diff
from common.audit.replay import replay, whole
from common.audit.report.charts import epsilon_over_time
from common.audit.report.collect import Asked, collect
from common.audit.report.words import Words
from common.audit.verify import Findings, audit
from common.book import BookKind
from common.book_file import RoundEvidence
from common.keys import Identity
from common.ledger import mechanisms
from common.rounds import Task
from common.secagg import codec
from common.secagg.messages import MaskedSum, Unmask
from common.secagg.roster import Roster
from common.secagg.shares import Adversary
from common.sum_evidence import SumEvidence
from tests.common.noise_league import NoiseLeague
from tests.common.small_league import DELTA, save


def codes(found: Findings) -> set[str]:
    alone = [p for v in found.ledgers for p in v.problems]
    alone += [p for b in found.books for p in b.problems]
    return {p.code for p in (*found.problems, *alone)}


@pytest.fixture(scope="module")
def league() -> NoiseLeague:
    made = NoiseLeague()
    made.play_sum()
    made.play_sum(drop=1)
    made.play_sum(Task.EVALUATE)
    made.publish()
    return made


def operator(league: NoiseLeague, path: Path, shown: list[RoundEvidence]) -> Findings:
    return audit([save(league.operator(rounds=tuple(shown)), path / "book.json")])


def test_a_sound_league_is_computed_again_bit_for_bit(league: NoiseLeague, tmp_path: Path) -> None:
    league.write_all(tmp_path)
    found = audit([tmp_path])
    assert found.holds, (codes(found), found.problems, found.books)
    assert found.unchecked == () and all("not admitted" not in n for n in found.notes)
    done = dict(found.checked)
    assert done["secure sums opened again"] == 3 and done["rounds computed again"] == 2
    assert done["evaluations computed again"] == 1 and done["published models computed again"] == 1
    again = book_file.load((tmp_path / "book.json").read_bytes())
    assert again.rounds[0].sum == league.rounds[0].sum


def test_without_the_messages_it_says_what_was_not_checked(
    league: NoiseLeague, tmp_path: Path
) -> None:
    found = operator(league, tmp_path, [replace(r, sum=None) for r in league.rounds])
    assert codes(found) == set()
    told = " ".join(found.unchecked)
    assert "messages of its secure sum are not in the export" in told
    assert "not computed again from round 1 on" in told and "its figures were not" in told
    assert "who was on its roster" not in told  # everybody enrolled: its digest can be made here


def tampered(
    kind: type, change: Callable[[Any], Any | None]
) -> Callable[[SumEvidence], SumEvidence]:
    """The first message of a kind changed, or left out."""

    def apply(evidence: SumEvidence) -> SumEvidence:
        said, done = [], False
        for packed in evidence.messages:
            message = codec.unpack(*packed)
            if isinstance(message, kind) and not done:
                done, message = True, change(message)
            said += [] if message is None else [codec.pack(message)]
        return replace(evidence, messages=tuple(said))

    return apply


def flipped(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1, *raw[1:]])


@pytest.mark.parametrize(
    ("lie", "named"),
    [
        (
            tampered(MaskedSum, lambda m: replace(m, vector=flipped(m.vector))),
            {"sum", "report-masked"},
        ),
        (tampered(MaskedSum, lambda m: None), {"sum", "report-masked"}),
        (tampered(Unmask, lambda m: replace(m, seeds=m.seeds[1:])), {"sum"}),
        (lambda e: replace(e, attempt=2), {"sum"}),
        (lambda e: replace(e, messages=e.messages[:-3]), {"sum"}),
        (lambda e: replace(e, messages=(*e.messages, e.messages[0])), {"sum"}),
        (lambda e: replace(e, messages=((b"{}", b""), *e.messages)), {"sum"}),
        (lambda e: replace(e, roster=Roster.of([Identity.generate().public])), {"sum", "roster"}),
    ],
)
def test_a_sum_that_was_changed_is_named(
    league: NoiseLeague, tmp_path: Path, lie: Callable[[SumEvidence], SumEvidence], named: set[str]
) -> None:
    first = league.rounds[0]
    assert first.sum is not None
    found = operator(league, tmp_path, [replace(first, sum=lie(first.sum)), *league.rounds[1:]])
    assert codes(found) == named
    assert any("not computed again from round 1" in t for t in found.unchecked)


def test_another_result_than_the_sum_gives(tmp_path: Path) -> None:
    league = NoiseLeague()
    plan = league.ask()
    result, evidence, reports = league.sum(plan)
    more = result.total.copy()
    more[0] += 5
    league.close_sum(plan, replace(result, total=more), evidence, reports)
    assert codes(operator(league, tmp_path, league.rounds)) == {"aggregate"}


def test_a_sum_of_others_than_the_admitted(tmp_path: Path) -> None:
    league = NoiseLeague()
    plan = league.ask()
    result, evidence, reports = league.sum(plan)
    league.close_sum(plan, result, evidence, reports[:-1])
    assert "sum-members" in codes(operator(league, tmp_path, league.rounds))


def test_a_report_that_names_another_vector_or_none(tmp_path: Path) -> None:
    for masked in (hashlib.sha256(b"x").hexdigest(), ""):
        league = NoiseLeague()
        plan = league.ask()
        result, evidence, reports = league.sum(plan)
        member = next(
            m for m in league.members if m.identity.public.fingerprint == reports[0].merchant
        )
        # a second charge and commit under the same plan: only the vector's name is of interest
        reports[0] = member.ledger.report(plan, {}, masked=masked)
        league.close_sum(plan, result, evidence, reports)
        assert "report-masked" in codes(operator(league, tmp_path, league.rounds))


def test_a_stranger_or_a_banned_merchant_on_the_roster(tmp_path: Path) -> None:
    league = NoiseLeague()
    league.write(BookKind.BAN, league.members[0].identity.public.fingerprint)
    league.play_sum()
    found = operator(league, tmp_path, league.rounds)
    assert {"roster", "banned"} <= codes(found)
    bare = [replace(r, sum=None) for r in league.rounds]
    found = operator(league, tmp_path, bare)
    assert any("it is not everybody who was enrolled" in t for t in found.unchecked)


def test_a_merchant_that_is_left_out_is_noted(tmp_path: Path) -> None:
    league = NoiseLeague()
    late = Identity.generate()
    league.write(BookKind.ENROL, late.public.hex, label="late")
    league.play_sum()
    found = operator(league, tmp_path, league.rounds)
    assert found.holds and any("its roster leaves out merchants" in n for n in found.notes)


def test_terms_that_do_not_carry_the_noise(tmp_path: Path) -> None:
    league = NoiseLeague()
    plan = league.ask(terms=None)
    assert plan.league is not None
    # several noisy steps: a share of noise protects one sum
    several = replace(plan, local_steps=3)
    several = several.signed(league.identity.sign(several.signed_bytes()))
    league.book.pop()
    league.write(BookKind.PLAN, several.digest(), **league.turn(several))
    league.close_sum(several, *league.sum(several))
    assert "terms" in codes(operator(league, tmp_path, league.rounds))


def test_shares_below_the_claim_are_no_plan(league: NoiseLeague, tmp_path: Path) -> None:
    first = league.rounds[0]
    header = json.loads(json.dumps(dict(first.plan)))
    header["league"]["noise"]["share_std"] //= 2
    found = operator(league, tmp_path, [replace(first, plan=header), *league.rounds[1:]])
    assert not found.holds


def test_a_ledger_that_charges_other_shares(tmp_path: Path) -> None:
    league = NoiseLeague()
    plan = league.ask()
    result, evidence, reports = league.sum(plan)
    league.close_sum(plan, result, evidence, reports)
    assert plan.league is not None
    member = league.members[0]
    entries = list(member.ledger.entries)
    noise = replace(plan.league.noise, share_std=plan.league.noise.share_std * 9)
    place = next(i for i, e in enumerate(entries) if e.mechanism)
    wrong = replace(plan.mechanism(), league=noise)
    entries[place] = replace(entries[place], mechanism=wrong)
    export = league.ledger(0, entries=tuple(entries))
    paths = [save(league.operator(), tmp_path / "book.json"), save(export, tmp_path / "a.json")]
    assert "report-mechanism" in codes(audit(paths))


def test_both_figures_everywhere(league: NoiseLeague, tmp_path: Path) -> None:
    league.write_all(tmp_path)
    export = league.ledger(0)
    released = mechanisms(export.entries)
    near, far = spent(released, DELTA), spent_against_all(released, DELTA)
    assert far.epsilon > near.epsilon
    (one,) = audit([tmp_path / "shop0.json"]).ledgers
    assert one.alone is not None and one.by_pld is not None
    assert (one.by_pld.epsilon, one.alone.epsilon, one.colluders) == (near.epsilon, far.epsilon, 1)
    runner = CliRunner()
    told = runner.invoke(group, ["verify", str(tmp_path / "shop0.json")]).stdout
    assert "up to 1 colluding merchant of a round" in told and f"{far.epsilon:.4f}" in told
    raw = json.loads(
        runner.invoke(group, ["verify", str(tmp_path / "shop0.json"), "--json"]).stdout
    )
    assert raw["ledgers"][0]["pld_all_others"]["epsilon"] == far.epsilon
    steps = replay(export)
    assert steps[-1].alone == far.epsilon and steps[-1].pld == near.epsilon
    assert whole(export).problems == ()
    told = runner.invoke(group, ["replay", str(tmp_path / "shop0.json")]).stdout
    assert "all others" in told and f"{far.epsilon:.4f}" in told
    old = replace(export, entries=export.entries[:3], receipts=(), stated=())
    old = old.signed(league.members[0].identity)
    save(old, tmp_path / "old.json")
    files = [(tmp_path / n).read_bytes() for n in ("old.json", "shop0.json")]
    found = diff(files[0], files[1])
    assert found.after is not None and found.after.epsilon_alone == far.epsilon
    told = runner.invoke(group, ["diff", *(str(tmp_path / n) for n in ("old.json", "shop0.json"))])
    assert "all other merchants collude" in told.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_draws_both_lines(league: NoiseLeague, tmp_path: Path, language: str) -> None:
    path = save(league.ledger(0), tmp_path / "shop.json")
    facts = collect([path], Asked("2026-11-02T10:00:00Z"))
    (m,) = facts.merchants
    assert m.epsilon_alone is not None and m.curve_alone[-1][1] == m.epsilon_alone
    assert (m.against, m.colluders) == ("league", 1)
    picture = epsilon_over_time(m, Words(language))
    assert len({getattr(k, "colour", "") for k in picture.marks}) > 3
    out = tmp_path / "out"
    done = CliRunner().invoke(
        group,
        [
            "report",
            str(path),
            "--out",
            str(out),
            "--language",
            language,
            "--at",
            "2026-11-02T10:00:00Z",
        ],
    )
    assert done.exit_code == 0, done.output
    html = (out / "hansa-audit-report.html").read_text(encoding="utf-8")
    assert f"{m.epsilon_alone:.4f}" in html
    assert ("If all others collude" if language == "en" else "若其他各方全部串通") in html


def test_own_noise_has_one_figure(tmp_path: Path) -> None:
    from tests.common.small_league import SmallLeague

    own = SmallLeague(1)
    own.play()
    own.write_all(tmp_path)
    (verdict,) = audit([tmp_path / "shop0.json"]).ledgers
    assert verdict.alone is None and "pld_all_others" not in verdict.as_dict()
    assert [s.alone for s in replay(own.ledger(0))] == [None]
    told = CliRunner().invoke(group, ["verify", str(tmp_path / "shop0.json")]).stdout
    assert "collude" not in told and "against everybody" in told


def test_the_weaker_figure_counts_only_the_own_share(league: NoiseLeague) -> None:
    m = mechanisms(league.ledger(0).entries)[0]
    assert m.league is not None
    assert m.league.multiplier(Adversary.OTHERS) < m.league.multiplier() * 0.8
