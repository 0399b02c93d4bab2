"""Every sentence is translated, numbers carry their sign, job lines are read as they are meant."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.jobs import JobFailure, JobProgress, JobResult, parse_line, write_ads
from gui import format as fmt
from gui.words import fill

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts" / "translations.py")
translations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(translations)


@pytest.mark.gui
@pytest.mark.parametrize("language", sorted(translations.LANGUAGES))
def test_no_sentence_is_unfinished(language):
    assert translations.check(language) == []


@pytest.mark.gui
@pytest.mark.parametrize("language", sorted(translations.LANGUAGES))
def test_compiled_translations_are_fresh(language, tmp_path):
    fresh = tmp_path / "fresh.qm"
    translations.run(
        [
            translations.tool("pyside6-lrelease"),
            str(translations.I18N / f"{language}.ts"),
            "-qm",
            str(fresh),
        ]
    )
    assert fresh.read_bytes() == (translations.I18N / f"{language}.qm").read_bytes()


def test_no_sentence_hides_in_an_f_string():
    hidden = [  # lupdate does not look into them: such a sentence stays English, and no check sees it
        f"{file.name}:{node.lineno}"
        for file in sorted((ROOT / "gui").rglob("*.py"))
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("tr", "translate")
    ]
    assert hidden == []


def test_translations_keep_their_places():
    import xml.etree.ElementTree as ET

    for message in ET.parse(translations.I18N / "hansa_zh_CN.ts").getroot().iter("message"):
        source = message.findtext("source")
        target = "".join(message.find("translation").itertext())
        places = re.findall(r"%[0-9n]", source)
        assert sorted(set(places)) == sorted(set(re.findall(r"%[0-9n]", target))), source


def test_changes_carry_a_sign():
    assert fmt.signed(0.5, 1) == "+0.5" and fmt.signed(-0.5, 1) == "−0.5"
    assert (fmt.arrow(1), fmt.arrow(-1), fmt.arrow(0)) == ("▲", "▼", "■")


def test_unknown_is_a_dash_and_never_a_zero():
    assert {fmt.count(None), fmt.share(None), fmt.number(None), fmt.size(None)} == {"–"}
    assert fmt.moment("") == fmt.day("x") == "–"


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_line_is_read_without_an_error(text):
    assert parse_line(text) is None or isinstance(
        parse_line(text), JobProgress | JobFailure | JobResult
    )


@given(
    st.dictionaries(
        st.sampled_from(["progress", "step", "error", "what", "state", "at", "round"]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=9),
            st.lists(st.integers(), max_size=2),
        ),
    )
)
@settings(max_examples=80, deadline=None)
def test_any_object_is_read_without_an_error(raw):
    import json

    line = parse_line(json.dumps(raw))
    if isinstance(line, JobProgress) and line.part is not None:
        assert 0 <= line.part <= 1


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "1" + "0" * 400])
def test_odd_progress_is_bounded_or_unknown(odd):
    line = parse_line('{"progress": ' + odd + "}")
    assert isinstance(line, JobProgress) and line.part in (None, 1.0)


def test_a_creative_is_a_result_and_no_progress():
    line = parse_line('{"creative_id": "ad-1", "state": "draft", "at": "x"}')
    assert isinstance(line, JobResult)


def test_commands_are_those_of_the_program():
    from client.cli import hansa

    verb = write_ads("p1", "aud-1", "en")
    words = [*verb.verb, *verb.args, "--json", "--home", "x"]
    context = hansa.make_context("hansa", list(words), resilient_parsing=True)
    assert context.protected_args or context.args
    assert fill("%1 of %2", 3, 7) == "3 of 7"
