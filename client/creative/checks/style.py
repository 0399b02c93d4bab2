"""Style: punctuation, capitals, gimmicks, pictures, hidden characters, repeated words, language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from client.creative.brief import LABELS, AdText, Brief
from client.creative.text import (
    has_han,
    hidden_characters,
    pictures,
    plain,
    right_to_left,
    words,
)
from common.domain import Finding

_END = re.compile(r"[.!?。！？…][\"”’)]*$")
_REPEATED_MARK = re.compile(
    r"([!?！？。,，、;；~*#^=_$%&@+|])\s*\1+|[?？][!！]|[!！][?？]|\.{2,}|…"
)
_SHOUT = re.compile(r"\b[A-Z]{4,}\b|\b[A-Z]{2,}(?:\s+[A-Z]{2,}){2,}\b")
_GIMMICK = re.compile(
    r"[★☆✔✓✅❤♥►▶→⇒●■◆※™®©]|[<>{}\[\]\\|^~_*=#@]|(?<=[A-Za-z])[0@$€£¥!|](?=[A-Za-z])"
)
_SPACE = re.compile(r"\s[,.;:!?，。；：！？]|\s{2,}|^\s|\s$|[,;:.][A-Za-z]{3,}(?!\w*[@.])")
_STOP = set(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "with",
        "you",
        "your",
        "this",
        "that",
    ]
)
_INJECTION = re.compile(
    r"(?:ignore|disregard|forget) (?:all |any |your |the )*(?:previous|prior|above|earlier|instructions?)"
    r"|(?:system|developer) prompt|you are (?:now )?(?:an? )?(?:ai|assistant|chatbot|language model)"
    r"|as an ai\b|</?\w+[^>]*>|\{\{|javascript:|忽略(?:之前|以上|上面|所有|前面)的?(?:指令|指示|内容)|系统提示"
)


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Everything about the look of the words."""
    for name, source in ad.parts():
        yield from _characters(source)
        yield from _punctuation(brief, name, source)
        yield from _language(brief, name, source)
        m = _INJECTION.search(plain(source).text)
        if m:
            yield _error(m.group(), "This reads like an instruction to a program.", "Remove it.")
    yield from _repeats(brief, ad)
    if ad.label != LABELS[brief.language]:
        yield _error(
            ad.label,
            f"An ad must carry the label “{LABELS[brief.language]}”.",
            f"Show it with the label “{LABELS[brief.language]}”.",
        )


def _characters(source: str) -> Iterator[Finding]:
    hidden = hidden_characters(source)
    if hidden:
        names = " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(hidden))
        yield _error(names, "Hidden characters.", "Type the words again without them.")
    if pictures(source):
        yield _error(pictures(source), "Emoji and pictures are not allowed.", "Remove them.")
    if right_to_left(source):
        yield _error(
            right_to_left(source)[:30],
            "Letters of another script than the ad's language.",
            "Write the ad in its own language.",
        )
    mixed = _mixed_scripts(source)
    if mixed:
        yield _error(
            mixed, "Letters of several scripts in one word.", "Type the word with plain letters."
        )


def _mixed_scripts(source: str) -> str:
    """The first word with Latin letters and letters that only look Latin."""
    for m in re.finditer(r"[^\W\d_]+", source):
        word = m.group()
        latin = any("a" <= c.lower() <= "z" for c in word)
        other = any("\u0370" <= c <= "\u052f" for c in word)
        if other and (latin or re.fullmatch("[a-z]+", plain(word).text)):
            return word
    return ""


def _punctuation(brief: Brief, name: str, source: str) -> Iterator[Finding]:
    m = _REPEATED_MARK.search(source)
    if m:
        yield _error(m.group(), "Repeated punctuation.", "Use one mark.")
    if name == "headline" and re.search("[!！]", source):
        yield _error("!", "No exclamation mark in a headline.", "End it without a mark.")
    elif len(re.findall("[!！]", source)) > 1:
        yield _error("!", "More than one exclamation mark.", "Keep one at most.")
    own = brief.product.title + " " + brief.product.brand
    for shout in _SHOUT.finditer(source):
        if shout.group() not in own or own.isupper():
            yield _error(shout.group(), "Capitals for emphasis.", "Write it in small letters.")
    m = _GIMMICK.search(source)
    if m and m.group() not in own:
        yield _error(m.group(), "A symbol used as decoration.", "Use plain words.")
    m = _SPACE.search(source)
    if m and m.group().strip(" ") not in own:
        yield _warning(m.group(), "Spaces are not where they belong.", "Correct the spaces.")
    if name == "body" and source.strip() and not _END.search(source.strip()):
        yield _warning(source[-10:], "The last sentence has no end.", "End it with a full stop.")


def _language(brief: Brief, name: str, source: str) -> Iterator[Finding]:
    own = plain(f"{brief.product.title} {brief.product.brand}").text
    if brief.language == "en" and has_han(source):
        han = "".join(c for c in source if has_han(c) and c not in own)
        if han:
            yield _error(han, "Chinese words in an English ad.", "Write the ad in English.")
    if brief.language == "zh" and name == "body" and source.strip() and not has_han(source):
        yield _error(source[:30], "A Chinese ad without Chinese.", "Write the ad in Chinese.")
    if brief.language == "zh":
        foreign = [
            w
            for w in re.findall(r"[A-Za-z]{4,}", source)
            if plain(w).text not in brief.facts.source
        ]
        if foreign:
            yield _error(" ".join(foreign), "English words in a Chinese ad.", "Say it in Chinese.")


def _repeats(brief: Brief, ad: AdText) -> Iterator[Finding]:
    text = plain(f"{ad.headline} | {ad.body}").text
    m = re.search(r"\b([a-z]{2,})\s+\1\b", text) or re.search(r"([\u3400-\u9fff]{2,6})\1", text)
    if m and m.group() not in brief.facts.source:
        yield _error(m.group(), "The same word twice.", "Say it once.")
    own = set(words(f"{brief.facts.name} {brief.facts.brand} {brief.facts.noun.en}"))
    counted = Counter(w for w in re.findall(r"[a-z]{3,}", text) if w not in _STOP)
    for word, n in counted.items():
        if n > (3 if word in own else 2):
            yield _error(word, f"The word stands {n} times.", "Say it once, or use another word.")
    pieces = [
        text[i : i + 4]
        for i in range(len(text) - 3)
        if re.fullmatch(r"[\u3400-\u9fff]{4}", text[i : i + 4])
    ]
    for piece, n in Counter(pieces).items():
        if n > 2 and piece not in plain(brief.facts.noun.zh + brief.facts.name).text:
            yield _error(piece, f"These words stand {n} times.", "Say it once.")
            return


def _error(found: str, message: str, fix: str) -> Finding:
    return Finding("style", "error", found, message, fix)


def _warning(found: str, message: str, fix: str) -> Finding:
    return Finding("style", "warning", found, message, fix)
