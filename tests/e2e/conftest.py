"""One running league serves every e2e test, in the order of the files; the last of them stops it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.league import MERCHANTS, League, snapshot


@pytest.fixture(scope="session")
def league(tmp_path_factory):
    folder = tmp_path_factory.mktemp("league")
    found = League(folder, snapshot(folder / "code"))
    try:
        with ThreadPoolExecutor(2) as side_by_side:
            for home in side_by_side.map(found.merchant, MERCHANTS):
                if home.name != MERCHANTS[-1]:
                    found.node(home)
        found.online()
        yield found
    finally:
        found.stop()
