"""The bundle of code is the same bytes for the same sources, wherever it is built."""

import hashlib
import io
import zipfile

from common import program


def test_it_is_deterministic_and_stored():
    first = program.bundle_of_code()
    program.bundle_of_code.cache_clear()
    assert program.bundle_of_code() == first
    assert program.code_digest() == hashlib.sha256(first).hexdigest()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
    assert names[0] == "pyproject.toml" and names[-1] == ".info/CONTENT"
    assert names[1:-1] == sorted(names[1:-1])
    assert "common/program.py" in names and not any(n.startswith("gui/") for n in names)


def test_line_ends_do_not_change_it(monkeypatch, tmp_path):
    import importlib.util

    digests = []
    for ends in ("\n", "\r\n"):
        folder = tmp_path / repr(ends)
        for package in program.PACKAGES:
            path = folder / package
            path.mkdir(parents=True)
            (path / "__init__.py").write_bytes(f'"""Doc."""{ends}x = 1{ends}'.encode())
        spec = lambda name, folder=folder: importlib.util.spec_from_file_location(  # noqa: E731
            name,
            folder / name / "__init__.py",
            submodule_search_locations=[str(folder / name)],
        )
        monkeypatch.setattr(program.importlib.util, "find_spec", spec)
        program.bundle_of_code.cache_clear()
        digests.append(program.code_digest())
    program.bundle_of_code.cache_clear()
    assert digests[0] == digests[1]
