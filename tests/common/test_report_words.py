"""The report's sentences: every one in both languages, every code explained, foreign text made safe."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.audit.report.claims import SOURCES, TERMS
from common.audit.report.pdf_parts import Parts
from common.audit.report.said import known, said
from common.audit.report.words import LANGUAGES, Words, plain, table
from common.privacy import MechanismKind
from common.rounds import Task
from tests.common.test_report_codes import codes_of_problems

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = st.text(st.characters(), max_size=60)


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(table()))
def test_every_sentence_is_there_in_both_languages(key: str) -> None:
    sentences = table()[key]
    assert tuple(sorted(sentences)) == LANGUAGES
    assert all(s.strip() for s in sentences.values())
    asked, used = blanks(sentences["en"]), blanks(sentences["zh"])
    assert used <= asked and (key.startswith("said.") or used == asked)
    acronym = key in ("term.pld", "term.rdp", "problem.exact", "canary.item", "checked.count")
    assert acronym or re.search(r"[\u4e00-\u9fffεδσ]", sentences["zh"])
    assert not re.search(r"[\u4e00-\u9fff]", sentences["en"])


def test_every_sentence_that_the_program_asks_for_is_there() -> None:
    used: set[str] = set()
    for path in (ROOT / "common/audit/report").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'say\(\s*"([a-z.-]+)"[,)\s]', text))
    assert len(used) > 60
    # a key that ends in a dot is put together; the parts are checked below
    assert {key for key in used if not key.endswith(".")} <= set(table())


def test_every_code_kind_task_and_word_is_explained() -> None:
    needed = {f"problem.{c}" for c in codes_of_problems()} | {
        f"short.{c}" for c in codes_of_problems()
    }
    needed |= {f"kind.{k.value}" for k in MechanismKind} | {f"task.{t.value}" for t in Task}
    needed |= {f"{part}.{t}" for t in TERMS for part in ("term", "means")}
    needed |= {f"source.{name}" for name, _ in SOURCES}
    assert needed <= set(table()), sorted(needed - set(table()))


def literal(node: ast.expr) -> str | None:
    """A string in the source, with "1" in the place of whatever is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "1" for v in node.values)
    return None


def sentences_of(*methods: str) -> Iterator[str]:
    for path in (ROOT / "common/audit").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            text = literal(node.args[0]) if node.args else None
            # "1: 1" only puts a file's name before another sentence
            if ast.unparse(node.func).endswith(methods) and text not in (None, "1: 1"):
                yield str(text)


def test_every_note_of_the_checks_is_known_in_chinese() -> None:
    texts = sorted(set(sentences_of(".note", ".skip", "notes.append")))
    assert len(texts) > 10
    assert [text for text in texts if not known(text)] == []


def test_everything_that_is_counted_has_a_name() -> None:
    counted: set[str] = set()
    for path in (ROOT / "common/audit").glob("*.py"):
        counted |= set(re.findall(r'\.checked\["([^"]+)"\]', path.read_text(encoding="utf-8")))
    assert {f"did.{name}" for name in counted} <= set(table())


def test_a_sentence_of_a_check_is_said_in_chinese() -> None:
    zh = Words("zh")
    text = "shop.json: its report for round 3 of run r-1 was not admitted."
    assert said(text, zh) == "shop.json：其运行 r-1 第 3 轮的报告未被接纳。"
    assert said(text, Words("en")) == text
    assert said("something new", zh) == "something new"


@given(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_foreign_text_keeps_no_control_and_no_direction_mark(text: str) -> None:
    shown = plain(text)
    assert not any(c in shown for c in "\x00\n\r\u202e\u2066\u200b\ud800")
    assert len(shown) == len(text)
    assert len(plain(text * 200 + "x" * 500)) == 401


@given(HOSTILE, st.sampled_from(LANGUAGES))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_set_in_a_pdf(text: str, language: str) -> None:
    parts = Parts(language)
    paragraph = parts.paragraph(plain(text))
    assert paragraph.wrap(200, 10_000)[1] >= 0


def test_braces_in_foreign_text_are_no_blanks() -> None:
    said = Words("en")("merchant.head", merchant="{0.__class__}{x}")
    assert said == "Merchant {0.__class__}{x}"
