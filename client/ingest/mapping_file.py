"""Mapping files: TOML that people can edit, checked with line numbers, found again by a file's columns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path

from client.ingest.columns import KINDS
from client.ingest.mapping import Mapping
from client.ingest.sensitive import is_sensitive
from client.ingest.times import zone_of
from client.ingest.values import BadValue
from common.errors import InputError

FORMAT = "hansa-mapping 1"
_TEXTS = ("format", "kind", "name", "time_zone", "decimal")
_TABLES = ("columns", "constants", "joined", "values")
_HEAD = "# How Hansa reads one kind of file: our column = their column. Edit freely, then\n# hansa import FILE --map THIS_FILE; docs/data-format.md lists our columns.\n"


class _Bad(Exception):
    """What is wrong, and the table and key where it is."""

    def __init__(self, what: str, table: str = "", key: str = "") -> None:
        super().__init__(what)
        self.table = table
        self.key = key


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        InputError: it cannot be opened or is no mapping; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is not UTF-8"
        raise _error(f"The mapping file cannot be read: {why}.", str(path)) from e
    return loads(text, path.name)


def loads(text: str, where: str = "mapping") -> Mapping:
    """A mapping from the text of its file.

    Raises:
        InputError: it is no mapping; names the line.
    """
    try:
        return _mapping(tomllib.loads(text))
    except tomllib.TOMLDecodeError as e:
        line = re.search(r"line (\d+)", str(e))
        at = f"{where}, line {line.group(1) if line else len(text.splitlines())}"
        raise _error(f"The mapping file is no TOML: {str(e).partition(' (at')[0]}.", at) from e
    except _Bad as e:
        number = _line_of(text, e.table, e.key)
        raise _error(str(e), f"{where}, line {number}" if number else where) from e


def dumps(mapping: Mapping) -> str:
    """The text of a mapping's file; `loads` gives the same mapping back."""
    import tomlkit

    document = tomlkit.document()
    plain = {"format": FORMAT, "kind": mapping.kind, "name": mapping.name}
    plain |= {"time_zone": mapping.time_zone, "decimal": mapping.decimal}
    for key, value in plain.items():
        document[key] = value
    if mapping.day_first is not None:
        document["day_first"] = mapping.day_first
    document["ignored"] = tomlkit.item(list(mapping.ignored)).multiline(len(mapping.ignored) > 4)
    document["columns"] = dict(mapping.columns)
    for key, table in (("constants", mapping.constants), ("values", mapping.values)):
        if table:
            document[key] = {k: v if isinstance(v, str) else dict(v) for k, v in table.items()}
    if mapping.joined:
        document["joined"] = {k: list(v) for k, v in mapping.joined.items()}
    return _HEAD + tomlkit.dumps(document)


def dump(mapping: Mapping, path: Path) -> None:
    """Write a mapping file.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumps(mapping), "utf-8")
    except OSError as e:
        raise _error(f"The mapping file cannot be written: {e.strerror}.", str(path)) from e


def kept(folder: Path) -> tuple[Mapping, ...]:
    """All mappings of a folder, by name of file.

    Raises:
        InputError: one of them is broken.
    """
    return tuple(load(path) for path in sorted(folder.glob("*.toml")))


def names_of(mapping: Mapping) -> frozenset[str]:
    """Every column of theirs that the mapping speaks of: what its file is known by."""
    joined = {
        n for names in mapping.joined.values() for n in names if not n.startswith(("=", "#line"))
    }
    return frozenset(mapping.columns.values()) | frozenset(mapping.ignored) | joined


def find(names: Sequence[str], known: Sequence[Mapping], kind: str | None = None) -> Mapping | None:
    """The kept mapping for a file with exactly these columns, in any order; the last one counts."""
    fitting = [m for m in known if names_of(m) == frozenset(names) and kind in (None, m.kind)]
    return fitting[-1] if fitting else None


def check(mapping: Mapping, names: Sequence[str], where: str) -> None:
    """Hold a mapping against the columns of a file.

    Sensitive columns may be in the file only where the mapping ignores them by name.

    Raises:
        InputError: a column that is needed has no source, a source is not in the file, a sensitive
            column is taken or is not spoken of.
    """
    taken = frozenset(names_of(mapping)) - frozenset(mapping.ignored)
    have = {*mapping.columns, *mapping.constants, *mapping.joined}
    missing = [c.name for c in KINDS[mapping.kind] if c.required and c.name not in have]
    absent = sorted(taken - set(names))
    sensitive = [n for n in names if is_sensitive(n) and n not in mapping.ignored]
    sensitive += sorted(n for n in taken if is_sensitive(n) and n not in sensitive)
    parts = [f"nothing fills {_list(missing)}"] if missing else []
    parts += [f"the file has no column {_list(absent)}"] if absent else []
    parts += (
        [f"personal or sensitive columns are never taken: {_list(sensitive)}"] if sensitive else []
    )
    if parts:
        raise InputError(
            f"The mapping does not fit this file of {mapping.kind}: {'; '.join(parts)}.",
            where=where,
            safe="Nothing of this file was imported.",
            todo="Correct the mapping file. Sensitive columns: remove them from the file, or name"
            " them in 'ignored'.",
        )


def _mapping(data: MappingOf[str, object]) -> Mapping:
    if data.get("format") != FORMAT:
        raise _Bad(f'The first line of a mapping file is: format = "{FORMAT}".', key="format")
    for key in data:
        if key not in (*_TEXTS, *_TABLES, "ignored", "day_first"):
            raise _Bad(f"A mapping file has no setting '{key[:40]}'.", key=key)
    texts = {key: _text(data.get(key, ""), "", key) for key in _TEXTS}
    kind = texts["kind"]
    if kind not in KINDS:
        raise _Bad(f"kind is one of {', '.join(KINDS)}.", key="kind")
    ours = {c.name for c in KINDS[kind]}
    tables = {name: _table(data.get(name, {}), name, ours) for name in _TABLES}
    day_first = data.get("day_first")
    if day_first is not None and not isinstance(day_first, bool):
        raise _Bad("day_first is true or false.", key="day_first")
    mapping = Mapping(
        kind,
        {k: _text(v, "columns", k) for k, v in tables["columns"].items()},
        {k: _text(v, "constants", k) for k, v in tables["constants"].items()},
        {k: _texts(v, "joined", k) for k, v in tables["joined"].items()},
        {k: _words(v, k) for k, v in tables["values"].items()},
        _texts(data.get("ignored", []), "", "ignored"),
        texts["time_zone"] or "UTC",
        texts["decimal"] or ".",
        day_first,
        texts["name"],
    )
    _sound(mapping)
    return mapping


def _sound(mapping: Mapping) -> None:
    if mapping.decimal not in (".", ","):
        raise _Bad('decimal is "." or ",".', key="decimal")
    try:
        zone_of(mapping.time_zone)
    except BadValue as e:
        raise _Bad(f"time_zone is {e}.", key="time_zone") from e
    for name in mapping.columns:
        for table, other in (("constants", mapping.constants), ("joined", mapping.joined)):
            if name in other:
                raise _Bad(f"'{name}' is filled twice: in columns and in {table}.", table, name)
    readers = {c.name: c for c in KINDS[mapping.kind]}
    for name, text in mapping.constants.items():
        try:
            readers[name].read(text)
        except BadValue as e:
            raise _Bad(f"The constant of '{name}' is {e}.", "constants", name) from e


def _text(value: object, table: str, key: str) -> str:
    if not isinstance(value, str):
        raise _Bad(f"'{key}' is a text in quotes.", table, key)
    return value


def _texts(value: object, table: str, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _Bad(f"'{key}' is a list of texts in quotes.", table, key)
    return tuple(value)


def _table(value: object, name: str, ours: set[str]) -> MappingOf[str, object]:
    if not isinstance(value, dict):
        raise _Bad(f"'{name}' is a table: [{name}].", key=name)
    for key in value:
        if key not in ours:
            raise _Bad(f"There is no column of ours called '{key[:40]}' here.", name, key)
    return value


def _words(value: object, key: str) -> MappingOf[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise _Bad(f"'values.{key}' is a table of texts: their text = \"our text\".", "values", key)
    return value


def _line_of(text: str, table: str, key: str) -> int:
    """1-based line of a key in its table; 0 where it is not found."""
    at = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if header:
            at = header.group(1)
            if at in (f"{table}.{key}", key):
                return number
        elif at == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return 0


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{n[:40]}'" for n in names[:12])


def _error(what: str, where: str) -> InputError:
    return InputError(
        what,
        where=where,
        safe="Nothing was imported.",
        todo="Correct the line, or make a new mapping with: hansa import FILE --dry-run",
    )
