"""Why a column is read as it is, and what is doubtful, in the reader's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.words import column_name, fill


def why_words(code: str, why: str) -> str:
    """The reason of a proposal by its code; as it was written where the code is not known."""
    translate = QCoreApplication.translate
    return {
        "name": translate("MappingCard", "By its name, and its values can be read"),
        "own-name": translate("MappingCard", "By its name"),
        "values": translate("MappingCard", "By its values"),
        "joined": translate("MappingCard", "Several columns together say it"),
        "orders": translate("MappingCard", "The rows are orders, so each is a purchase"),
        "kept": translate("MappingCard", "An earlier file with these columns was read this way"),
        "no-consent": translate(
            "MappingCard",
            "No column says who agreed: who is known keeps theirs, new ones have none",
        ),
        "zone": translate("MappingCard", "The times do not say their time zone"),
        "day-first": translate("MappingCard", "Day or month first? It could be either"),
        "decimal": translate("MappingCard", "Amounts have a decimal comma"),
        "currency": translate("MappingCard", "The currency stands at the amounts"),
    }.get(code, why)


def doubt_words(code: str, column: str, text: str) -> str:
    """One doubt, to be looked at before the import."""
    translate = QCoreApplication.translate
    if code == "missing":
        return fill(translate("MappingCard", "Nothing fills %1"), column_name(column))
    if code == "sensitive":
        return fill(translate("MappingCard", "%1 is never taken"), column[:40])
    if code == "left-out":
        return fill(translate("MappingCard", "%1 would be left out"), column[:40])
    if code == "kind":
        return translate("MappingCard", "It is not clear what the file holds")
    why = why_words(code, "")
    if not why:
        return text
    return why if code in ("zone", "day-first") else f"{column_name(column)}: {why}"


def reason_of(code: str, reason: str) -> str:
    """A code of refusal in words; the reason as it was written where the code is not known."""
    translate = QCoreApplication.translate
    return {
        "empty": translate("RefusedSets", "It is empty"),
        "bad-time": translate("RefusedSets", "It is not a time that can be read"),
        "time-range": translate("RefusedSets", "This time cannot be"),
        "day-or-month": translate("RefusedSets", "Day or month first? It could be either"),
        "bad-zone": translate("RefusedSets", "The time zone is not known"),
        "bad-amount": translate("RefusedSets", "It is not an amount that can be read"),
        "bad-number": translate("RefusedSets", "It is not a number that can be read"),
        "out-of-range": translate("RefusedSets", "The number is out of bounds"),
        "too-large": translate("RefusedSets", "The number is too large"),
        "too-long": translate("RefusedSets", "The text is too long"),
        "not-yes-no": translate("RefusedSets", "It is neither yes nor no"),
        "unknown-kind": translate("RefusedSets", "This kind of event is not known"),
        "bad-currency": translate("RefusedSets", "The currency is not known"),
        "bad-quote": translate("RefusedSets", "A quotation mark is in the wrong place"),
        "open-quote": translate("RefusedSets", "A quotation mark is not closed"),
        "bad-width": translate("RefusedSets", "The line has too many or too few columns"),
        "bad-encoding": translate("RefusedSets", "Letters that cannot be read"),
        "bad-nul": translate("RefusedSets", "It holds a character that no text has"),
        "control-characters": translate("RefusedSets", "It holds a character that no text has"),
        "bad-json": translate("RefusedSets", "The line is not one flat JSON object"),
        "unknown-names": translate("RefusedSets", "It has names that no line before has"),
        "negative": translate("RefusedSets", "The amount is below zero"),
        "bad-age": translate("RefusedSets", "It is neither yes, no nor an age"),
    }.get(code, reason)
