"""hansa-audit report: what it says about whole and broken ledgers, and that hostile text stays text."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from common import book, book_file, ledger_file, merkle
from common.audit.report.claims import standing
from common.audit.report.collect import Asked, collect
from common.audit.report.command import report
from common.book import BookEntry, BookKind
from common.book_file import BookExport
from common.errors import InputError
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, open_ledger, utc
from common.ledger_file import LedgerExport
from common.privacy import Mechanism, MechanismKind, PrivacyBudget
from common.receipts import Receipt
from common.rounds import Task
from tests.common.small_league import SmallLeague, save

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-11-02T10:00:00Z"
BEGAN = datetime(2026, 9, 1, 8, tzinfo=UTC)
TRAIN = Mechanism(MechanismKind.DP_SGD, 4.0, 0.25, 3, 0.3)
COUNT = Mechanism(MechanismKind.HISTOGRAM, 6.0, 1.0, 1, 1.0)
REPORT = "ef" * 32


def ledger_of(who: Identity, rounds: int = 4, run: str = "run-1", lost: int = 0) -> LedgerExport:
    """A ledger with `rounds` training rounds, then one evaluation; round `lost` sends nothing."""
    entries = [open_ledger(who, utc(BEGAN))]
    for number in range(1, rounds + 2):
        mechanism = TRAIN if number <= rounds else COUNT
        task = "train" if number <= rounds else "evaluate"
        at = utc(BEGAN + timedelta(minutes=4 * number))
        draft = LedgerEntry(
            0, at, EntryKind.RESERVE, run, number, task, "ab" * 32, mechanism, code_digest="cd" * 32
        )
        entries.append(append(who, entries[-1], draft))
        kind = EntryKind.VOID if number == lost else EntryKind.COMMIT
        settled = replace(
            draft,
            kind=kind,
            mechanism=None,
            code_digest="",
            reservation=entries[-1].sequence,
            report_digest="" if number == lost else REPORT,
        )
        entries.append(append(who, entries[-1], settled))
    budget = PrivacyBudget(3.0, 1e-4)
    return LedgerExport(who.public, budget, AT, "hansa test", tuple(entries)).signed(who)


def write(export: LedgerExport | BookExport, path: Path) -> Path:
    module = ledger_file if isinstance(export, LedgerExport) else book_file
    path.write_bytes(module.dump(export.as_dict()))
    return path


def run(out: Path, *args: object) -> Result:
    return CliRunner().invoke(report, [*map(str, args), "--out", str(out), "--at", AT])


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return write(ledger_of(Identity.generate(), lost=2), tmp_path / "shop.json")


def test_a_whole_ledger_makes_one_html_and_one_pdf(whole: Path, tmp_path: Path) -> None:
    result = run(tmp_path / "out", whole, "--json", "--auditor", "A. Person")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["holds"] is True and said["verdict"].startswith("✓ Holds")
    for kind, magic in (("html", b"<!doctype html>"), ("pdf", b"%PDF")):
        data = Path(said[kind]["file"]).read_bytes()
        assert data.startswith(magic)
        assert hashlib.sha256(data).hexdigest() == said[kind]["sha256"]
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".html", ".pdf"]
    html = Path(said["html"]["file"]).read_text(encoding="utf-8")
    for needed in ("A. Person", "shop.json", "everybody", "at most 16 impressions", said["digest"]):
        assert needed in html
    assert hashlib.sha256(whole.read_bytes()).hexdigest() in html
    assert html.count("<svg") == 4


def test_the_figures_are_those_of_the_accountants(whole: Path) -> None:
    from common.accounting import spent

    facts = collect([whole], Asked(AT))
    [m] = facts.merchants
    every = [TRAIN] * 4 + [COUNT]
    assert m.epsilon_pld == spent(every, 1e-4).epsilon == m.curve[-1][1]
    assert m.epsilon_rdp == spent(every, 1e-4, "rdp").epsilon
    assert (m.n_rounds, m.n_releases, m.n_lost) == (5, 4, 1)
    assert [v for _, v in m.curve] == sorted(v for _, v in m.curve)
    assert {k.kind: k.n_charges for k in m.kinds} == {"gaussian-histogram": 1, TRAIN.kind.value: 4}
    assert [dict(r.states)[m.merchant] for r in facts.rounds] == [
        "sent",
        "charged",
        "sent",
        "sent",
        "sent",
    ]


def test_the_same_input_and_time_stamp_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    for language in ("en", "zh"):
        runs = [run(tmp_path / f"{language}{i}", whole, "--language", language) for i in (1, 2)]
        assert [r.exit_code for r in runs] == [0, 0]
        for name in ("hansa-audit-report.html", "hansa-audit-report.pdf"):
            one, two = (tmp_path / f"{language}{i}" / name for i in (1, 2))
            assert one.read_bytes() == two.read_bytes()
    assert collect([whole], Asked(AT)).digest() != collect([whole], Asked(AT, "Bob")).digest()


def test_the_chinese_report_is_chinese_and_its_font_comes_from_the_viewer(
    whole: Path, tmp_path: Path
) -> None:
    assert run(tmp_path, whole, "--language", "zh").stdout.startswith("✓ 成立")
    html = (tmp_path / "hansa-audit-report.html").read_text(encoding="utf-8")
    assert 'lang="zh-Hans"' in html and "隐私账本审计报告" in html and "未核对的内容及原因" in html
    pdf = (tmp_path / "hansa-audit-report.pdf").read_bytes()
    assert b"STSong-Light" in pdf and b"UniGB-UCS2-H" in pdf and b"/FontFile" not in pdf


def test_a_broken_ledger_is_named_in_both_languages(whole: Path, tmp_path: Path) -> None:
    text = whole.read_text(encoding="utf-8")
    whole.write_text(text.replace('"noise_multiplier":4.0', '"noise_multiplier":9.0', 1), "utf-8")
    for language, words in (
        ("en", "Broken: entry edited, file changed"),
        ("zh", "不成立：记录被改动"),
    ):
        result = run(tmp_path / language, whole, "--language", language, "--json")
        assert result.exit_code == 4
        said = json.loads(result.stdout)
        assert said["holds"] is False and words in said["verdict"]
        assert {p["code"] for p in said["problems"]} >= {"edited", "file-signature"}
        html = (tmp_path / language / "hansa-audit-report.html").read_text(encoding="utf-8")
        assert "edited: Entry" in html or "edited：Entry" in html
        assert ("may be larger" if language == "en" else "真实数值可能更大") in html


def test_a_file_that_cannot_be_read_is_in_the_report(whole: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(whole.read_bytes()[:-30])
    result = run(tmp_path / "out", whole, other)
    assert result.exit_code == 4 and "file cannot be read" in result.stdout
    assert "other.json" in (tmp_path / "out/hansa-audit-report.html").read_text(encoding="utf-8")


def test_receipts_and_the_book_say_who_was_admitted(tmp_path: Path) -> None:
    operator, who = Identity.generate(), Identity.generate()
    ledger = ledger_of(who)
    opened = book.open_book(operator, utc(BEGAN))
    plan = BookEntry(0, AT, BookKind.PLAN, "ab" * 32, run_id="run-1", round=1, task="train")
    planned = book.append(operator, opened, plan)
    root = merkle.root(book.leaves([REPORT]))
    closing = replace(
        plan, kind=BookKind.ROUND, status="void", root=root, n_leaves=1, before="aa" * 32
    )
    closed = book.append(operator, planned, closing)
    head = ledger.entries[2].head
    receipt = Receipt(who.public.fingerprint, head, REPORT, 0, (), closed).signed(operator)
    ledger = replace(ledger, receipts=(receipt,), coordinator=operator.public.hex).signed(who)
    file = write(ledger, tmp_path / "shop.json")
    facts = collect([file], Asked(AT))
    assert dict(facts.rounds[0].states) == {who.public.fingerprint: "admitted"}
    assert facts.merchants[0].coordinator == operator.public.fingerprint
    assert facts.rounds[0].status == ""
    export = BookExport(operator.public, "league", AT, "test", (opened, planned, closed))
    both = write(export.signed(operator), tmp_path / "book.json")
    facts = collect([file, both], Asked(AT))
    assert facts.has_book and facts.rounds[0].status == "void"
    assert [f.kind for f in facts.files] == ["ledger", "book"]


def canary_file(path: Path, **changes: Any) -> Path:
    """As `hansa-audit canary --json` writes it."""
    figures = {"bound": 1.2, "bound_95": 2.1, "claimed": 3.0}
    bound = {"code": "epsilon.one_run", "passed": True, "text": "fine", "figures": figures}
    noise = {"code": "noise.sigma", "passed": True, "text": "sigma 4.0", "figures": {}}
    whole = {
        "schema": "hansa-canary-v1",
        "verdict": "sound",
        "claimed_epsilon": 3.0,
        "delta": 1e-4,
        "code_digest": "cd" * 32,
        "checks": [bound, noise],
    }
    path.write_text(json.dumps({**whole, **changes}))
    return path


FAILED = {"code": "noise.sigma", "passed": False, "text": "half of it", "figures": {}}
ENDLESS = {
    "code": "epsilon.separation",
    "passed": False,
    "text": "",
    "figures": {"bound": float("inf"), "bound_95": float("inf")},
}


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"verdict": "flagged"}, False),
        ({"checks": [FAILED]}, False),
        ({"checks": [ENDLESS]}, False),
        ({"checks": []}, None),
        ({"checks": [3]}, None),
        ({"verdict": "fine"}, None),
        ({"schema": "other"}, None),
    ],
)
def test_only_a_clear_verdict_of_canaries_is_a_pass(
    changes: dict[str, Any], holds: bool | None, whole: Path, tmp_path: Path
) -> None:
    canary = canary_file(tmp_path / "canary.json", **changes)
    result = run(tmp_path / "out", whole, "--canary", canary)
    assert result.exit_code == (0 if holds else 4), result.output
    facts = collect([whole, tmp_path], Asked(AT, canary=canary))  # in a folder it is no ledger
    assert facts.canary is not None and facts.canary.holds is holds
    assert [f.kind for f in facts.files] == ["ledger", "ledger", "canary"]


def test_canaries_of_another_program_say_less(whole: Path, tmp_path: Path) -> None:
    same = canary_file(tmp_path / "a.json")
    other = canary_file(tmp_path / "b.json", code_digest="ee" * 32)
    texts = []
    for i, canary in enumerate((same, other)):
        assert run(tmp_path / f"out{i}", whole, "--canary", canary).exit_code == 0
        texts.append((tmp_path / f"out{i}/hansa-audit-report.html").read_text(encoding="utf-8"))
    assert "every charge names this program" in texts[0] and "not (the only) one" in texts[1]


def test_a_whole_league_and_one_that_went_back(tmp_path: Path) -> None:
    league = SmallLeague(2)
    for task in (Task.TRAIN, Task.TRAIN, Task.EVALUATE):
        league.play(task)
    league.publish()
    paths = league.write_all(tmp_path)
    facts = collect(paths, Asked(AT))
    assert facts.holds and facts.has_book and dict(facts.counts)["rounds computed again"] == 2
    assert {s for r in facts.rounds for _, s in r.states} == {"admitted"}
    assert {standing(m, facts) for m in facts.merchants} == {"holds"}
    whole = league.ledger(0)
    early = replace(whole, entries=whole.entries[:3], receipts=(), stated=whole.stated[:1])
    save(early.signed(league.members[0].identity), tmp_path / "shop0.json")
    facts = collect([tmp_path], Asked(AT))
    assert not facts.holds and "cut" in {p.code for p in facts.problems}
    assert [standing(m, facts) for m in facts.merchants] == ["apart", "holds"]
    assert run(tmp_path / "out", tmp_path, "--language", "zh").exit_code == 4
    html = (tmp_path / "out/hansa-audit-report.html").read_text(encoding="utf-8")
    assert "与他件不符" in html and str(tmp_path) not in html


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


@pytest.mark.privacy
def test_hostile_text_of_a_ledger_stays_text(tmp_path: Path) -> None:
    """A run named like a script, a template, a direction mark; a canary named like an image."""
    evil = '</td><script>alert(1)</script><img src="http://x/y">{{ 7*7 }}&amp;\u202e'
    file = write(ledger_of(Identity.generate(), run=evil), tmp_path / "<b>shop&.json")
    figures = {"bound": 1.0, "bound_95": 1.0}
    item = {"code": evil, "passed": True, "text": evil, "figures": figures}
    canary = canary_file(tmp_path / "canary.json", checks=[item], code_digest=evil)
    args = ("--canary", canary, "--asked-by", evil, "--auditor", evil)
    assert run(tmp_path / "out", file, *args).exit_code == 0
    html = (tmp_path / "out/hansa-audit-report.html").read_text(encoding="utf-8")
    seen = Tags()
    seen.feed(html)
    assert not seen.tags & {"script", "img", "iframe", "object", "link", "a", "form", "base"}
    names = {n for n, _ in seen.attributes}
    assert not names & {"src", "href", "srcset", "action"} and not any(
        n.startswith("on") for n in names
    )
    assert "&lt;script&gt;" in html and "{{ 7*7 }}" in html and "\u202e" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    outside = [v for _, v in seen.attributes if v and "://" in v and "alert" not in v]
    assert outside == []


def test_a_report_is_never_overwritten_by_another(whole: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "out", whole).exit_code == 0
    assert run(tmp_path / "out", whole).exit_code == 0  # the same bytes
    changed = run(tmp_path / "out", whole, "--auditor", "somebody else")
    assert isinstance(changed.exception, InputError)
    bad = CliRunner().invoke(report, [str(whole), "--out", str(tmp_path), "--at", "yesterday"])
    assert isinstance(bad.exception, InputError)


def test_a_long_ledger_is_thinned_out_and_a_new_one_is_empty(tmp_path: Path) -> None:
    who = Identity.generate()
    long = collect([write(ledger_of(who, 60), tmp_path / "long.json")], Asked(AT))
    assert len(long.merchants[0].curve) == 40 and len(long.merchants[0].charges) == 61
    assert long.merchants[0].curve[-1][1] == long.merchants[0].epsilon_pld
    empty = replace(ledger_of(who), entries=ledger_of(who).entries[:1]).signed(who)
    file = write(empty, tmp_path / "empty.json")
    assert run(tmp_path / "out", file).exit_code == 0


def test_help_loads_neither_accountants_nor_templates_nor_pdf() -> None:
    code = (
        "import sys; from common.audit.report.command import report; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('reportlab', 'jinja2', 'dp_accounting', 'numpy', 'client', 'server')])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert out.stdout.strip() == "[]"


def test_it_runs_with_the_audit_extra_alone(whole: Path, tmp_path: Path) -> None:
    """No client, no server, no engine in the process, and no network."""
    code = (
        "import sys, socket\n"
        "blocked = 'torch opacus flwr onnx onnxruntime polars PySide6 client server gui'.split()\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in blocked:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "def refuse(*a, **k):\n"
        "    raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from common.audit.report.command import report\n"
        "report()\n"
    )
    args = [str(whole), "--out", str(tmp_path / "out"), "--language", "zh"]
    out = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert out.returncode == 0, out.stderr
    assert out.stdout.startswith("✓")
