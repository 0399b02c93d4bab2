"""What a report claims and what it does not: verdict, notes, checked, not checked, words and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.audit.report.charts import number
from common.audit.report.facts import MerchantFacts, ReportFacts
from common.audit.report.said import said
from common.audit.report.words import Words

TERMS = (
    "epsilon",
    "delta",
    "unit",
    "neighbours",
    "noise",
    "clip",
    "sampling",
    "round",
    "ledger",
    "charge",
    "lost",
    "book",
    "receipt",
    "own-noise",
    "league-noise",
    "pld",
    "rdp",
    "canary",
    "fingerprint",
    "merkle",
)

#: What a method is used for -> where it is written down. Titles are not translated.
SOURCES = (
    ("privacy", "Dwork, McSherry, Nissim, Smith: Calibrating noise to sensitivity. TCC 2006."),
    ("sgd", "Abadi et al.: Deep learning with differential privacy. CCS 2016."),
    ("gaussian", "Dwork, Roth: The algorithmic foundations of differential privacy. 2014."),
    (
        "pld",
        "Koskela, Jälkö, Honkela: Computing tight DP guarantees using FFT. AISTATS 2020. "
        "Doroshenko et al.: Connect the dots. PoPETs 2022.",
    ),
    (
        "rdp",
        "Mironov: Rényi differential privacy. CSF 2017. "
        "Mironov, Talwar, Zhang: RDP of the sampled Gaussian mechanism. 2019.",
    ),
    ("signature", "RFC 8032: Edwards-curve digital signature algorithm (Ed25519)."),
    ("merkle", "RFC 6962, RFC 9162: Certificate transparency (Merkle tree hashes and proofs)."),
    (
        "canary",
        "Steinke, Nasr, Jagielski: Privacy auditing with one (1) training run. NeurIPS 2023.",
    ),
)


def verdict(facts: ReportFacts, say: Words) -> str:
    """Holds or broken, and what, in one sentence."""
    readable = [m for m in facts.merchants if m.readable]
    if facts.holds:
        largest = max(readable, key=lambda m: m.epsilon_pld, default=None)
        if largest is None:
            return say("verdict.holds.book")
        return say(
            "verdict.holds",
            ledgers=len(readable),
            releases=sum(m.n_releases for m in readable),
            epsilon=number(largest.epsilon_pld),
            delta=f"{largest.delta:g}",
        )
    codes = list(dict.fromkeys(p.code for p in facts.problems))
    names = [say("short." + c) if say.has("short." + c) else c for c in codes]
    if facts.canary is not None and facts.canary.holds is not True:
        names.append(say("short.canary"))
    broken = sum(bool(m.problems) for m in facts.merchants)
    broken += sum(bool(b.problems) for b in facts.books)
    files = len(facts.merchants) + len(facts.books)
    return say("verdict.broken", broken=broken, files=files, what=say.joined(names))


def standing(m: MerchantFacts, facts: ReportFacts) -> str:
    """Of a ledger: "broken" by itself, "apart" from what other files say, or "holds"."""
    if m.problems:
        return "broken"
    name = re.compile(rf"(?<![\w.-]){re.escape(m.file)}(?![\w-])")
    return "apart" if any(name.search(p.text) for p in facts.together) else "holds"


def notes(m: MerchantFacts, say: Words) -> list[str]:
    """What a person should know about a merchant although nothing is broken."""
    found = [say("note.untrue")] if m.problems else []
    found += [said(text, say) for text in m.notes]
    if m.n_lost > len(m.pending):
        found.append(say("note.lost", lost=m.n_lost - len(m.pending)))
    if len(m.codes) > 1:
        found.append(say("note.codes", codes=len(m.codes)))
    return found


def same_program(facts: ReportFacts) -> str:
    """Whether the canaries ran the program that the ledgers name: "same", "other" or "unknown"."""
    codes = {code for m in facts.merchants for code in m.codes}
    tested = facts.canary.code_digest if facts.canary else ""
    if not (codes and tested):
        return "unknown"
    return "same" if codes == {tested} else "other"


def checked(facts: ReportFacts, say: Words) -> Iterator[str]:
    """What was looked at, each a sentence; only what these files allow."""
    readable = [m for m in facts.merchants if m.readable]
    if readable:
        for key in ("file", "chain", "pairs", "epsilon"):
            yield say("checked." + key)
    if len(readable) > len({m.merchant for m in readable}):
        yield say("checked.together")
    if facts.trusted:
        yield say("checked.trusted")
    receipts = sum(m.n_receipts for m in readable)
    if receipts:
        yield say("checked.receipts", receipts=receipts)
    if any(m.n_stated for m in readable):
        yield say("checked.stated")
    if facts.has_book:
        yield say("checked.book")
    for what, count in facts.counts:
        name = say("did." + what) if say.has("did." + what) else what
        yield say("checked.count", what=name, count=f"{count:,}")
    if facts.canary is not None:
        yield say("checked.canary")


def unchecked(facts: ReportFacts, say: Words) -> Iterator[str]:
    """What was not looked at, and why."""
    readable = [m for m in facts.merchants if m.readable]
    if not facts.trusted:
        yield say("unchecked.trusted")
    yield from (said(text, say) for text in facts.unchecked)
    if any(not m.n_receipts for m in readable):
        yield say("unchecked.receipts")
    if not any(m.n_stated for m in readable):
        yield say("unchecked.stated")
    if facts.canary is None:
        yield say("unchecked.canary")
    elif same_program(facts) != "same":
        yield say("unchecked.other-program")
    for key in ("program", "rows", "size", "several", "end", "numbers"):
        yield say("unchecked." + key)
