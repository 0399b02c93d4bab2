"""Encodings: which one a file is in, by marks, strict decoding and what comes out; and any of them to UTF-8."""

from __future__ import annotations

import re
from collections.abc import Callable

MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WORDS = re.compile(r"[^,;\t|^\x01\r\n\"]+")
#: Western shops; tried last, because every byte string is text in it.
WESTERN = "cp1252"
_WESTERN_SIGNS = frozenset(
    "äöüßéèêëàâáãíìîïóòôõúùûñçåæøœÄÖÜÉÈÀÂÁÍÓÚÑÇÅÆØŒ€£§°²³½™®©–—‘’“”…•´«»¿¡\xa0"
)


def mark(head: bytes) -> tuple[str, int]:
    """Encoding and length of a byte order mark; ("", 0) where there is none."""
    return next(((name, len(m)) for m, name in MARKS if head.startswith(m)), ("", 0))


def find(sample: bytes, known: Callable[[str], bool]) -> str:
    """The encoding of bytes without a mark.

    Args:
        sample: Whole lines, the header among them.
        known: Tells whether a text is a column's name.

    Returns:
        "utf-8", "utf-16-le", "utf-16-be", "gb18030" or "cp1252".
    """
    wide = _wide(sample)
    if wide:
        return wide
    if _decodes(sample, "utf-8"):
        return "utf-8"
    odd = [line for line in sample.split(b"\n") if not line.isascii()]
    names = {e: _names(sample[: 1 << 14], e, known) for e in ("utf-8", "gb18030", WESTERN)}
    good = {e: sum(_decodes(line, e) for line in odd) for e in ("utf-8", "gb18030")}
    # a lone broken line makes no other encoding: most lines decide, then the columns' names
    if names["gb18030"] > names["utf-8"] or good["gb18030"] > good["utf-8"]:
        return "gb18030" if _chinese(odd) or names["gb18030"] > names[WESTERN] else WESTERN
    return WESTERN if not good["utf-8"] and _western(odd) else "utf-8"


def to_utf8(data: bytes, encoding: str) -> bytes:
    """The same lines in UTF-8; a line that is no text of the encoding stays a line that is no UTF-8."""
    if encoding == "utf-8":
        return data
    if encoding.startswith("utf-16"):
        odd = b"\xff" if len(data) % 2 else b""
        text = data[: len(data) - len(odd)].decode(encoding, "surrogatepass")
        return text.encode("utf-8", "surrogatepass") + odd
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeDecodeError:
        return b"\n".join(_line(line, encoding) for line in data.split(b"\n"))


def _line(line: bytes, encoding: str) -> bytes:
    try:
        return line.decode(encoding).encode("utf-8")
    except UnicodeDecodeError:
        # as it is, so that the person who repairs it sees it; marked if it happens to be UTF-8
        return line + b"\xff" if _decodes(line, "utf-8") else line


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: digits, commas and line ends leave a zero in every other byte."""
    head = sample[: 1 << 14]
    head = head[: len(head) // 2 * 2]
    zeros = head[1::2].count(0), head[0::2].count(0)
    if len(head) < 4 or max(zeros) < 0.1 * len(head) / 2 or min(zeros) > max(zeros) / 10:
        return ""
    name = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    try:
        text = head[:-2].decode(name)
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else name


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _names(head: bytes, encoding: str, known: Callable[[str], bool]) -> int:
    """Names of columns that are known and not plain ASCII, which is the same everywhere."""
    found = _WORDS.findall(head.decode(encoding, "replace"))
    return sum(known(w) for w in found if not w.isascii())


def _chinese(lines: list[bytes]) -> bool:
    """Whether most of what is not ASCII are characters of everyday Chinese (GB 2312)."""
    text = b"\n".join(lines[:2000]).decode("gb18030", "replace")
    beyond = [c for c in text if c > "\x7f"]
    try_all = sum(_everyday(c) for c in set(beyond))
    return bool(beyond) and try_all >= 0.6 * len(set(beyond))


def _western(lines: list[bytes]) -> bool:
    """Whether what is not ASCII are letters and signs of western languages."""
    text = b"\n".join(lines[:2000]).decode(WESTERN, "replace")
    beyond = [c for c in text if c > "\x7f"]
    return sum(c in _WESTERN_SIGNS for c in beyond) >= 0.9 * len(beyond)


def _everyday(char: str) -> bool:
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
