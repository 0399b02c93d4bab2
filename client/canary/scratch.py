"""A scratch shop for the canary audit: a real store in a temporary folder, filled through ingest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store
from common.audit import canary_scenario
from common.audit.canary_scenario import Planted

#: Files are imported under new names, so that the store's own list of imports stays readable.
_Answers = Sequence[tuple[str, bool]]


@contextmanager
def scratch_shop(shoppers: Sequence[Planted] = (), labels: Sequence[str] = ()) -> Iterator[Store]:
    """A shop with these shoppers; its folder is removed afterwards.

    Args:
        shoppers: Who is planted; nobody by default.
        labels: Category and product type of product i.
    """
    with TemporaryDirectory(prefix="hansa-canary-") as folder:
        home = Path(folder) / "shop"
        make_shop(home, "Canary", "en", {})
        with Store.open(home) as store:
            if shoppers:
                take(store, canary_scenario.files(shoppers, labels))
            yield store


def take(store: Store, files: dict[str, str]) -> None:
    """Import texts as files.

    Raises:
        InputError: the client's import does not take them.
    """
    with TemporaryDirectory(prefix="hansa-canary-") as folder:
        for kind, text in files.items():
            (Path(folder) / f"{kind}.csv").write_text(text, encoding="utf-8")
        import_files(store, [Path(folder)])


def answer_consent(store: Store, answers: _Answers) -> None:
    """Give or withdraw consent, as a shop does: by importing the shoppers again."""
    take(store, {"shoppers": canary_scenario.consent(answers)})
