"""hansa import takes files of other habits without --map: Chinese columns, GBK, a preamble, ODS."""

import json
import zipfile

import pytest
from click.testing import CliRunner

from client.commands.imports import import_
from client.ingest.source import open_source
from client.shop import make_shop
from client.store import Store
from common.errors import InputError

EVENTS = """用户ID,行为类型,时间,商品ID,金额
u1,浏览,2024-05-31 18:30:00,P1,
u1,购买,2024-05-31 18:40:00,P1,12.50
u2,加购,2024-06-01 07:00:00,P2,
"""
PREAMBLE = "导出时间：2024-06-02\n\n"


@pytest.fixture
def home(tmp_path):
    make_shop(tmp_path / "shop", "Tea", "en", {})
    return tmp_path / "shop"


def run(home, *args):
    return CliRunner().invoke(import_, [*map(str, args), "--home", str(home)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("before", ["", PREAMBLE])
def test_chinese_columns_need_no_mapping(home, tmp_path, encoding, before):
    path = tmp_path / "行为.csv"
    path.write_bytes((before + EVENTS).encode(encoding))
    done = run(home, path)
    assert done.exit_code == 0, done.output
    assert "imported 3 events" in done.output
    assert "Asia/Shanghai" in done.output
    with Store.open(home) as store:
        rows = store.db.execute("SELECT kind, happened_at, value_minor FROM events ORDER BY 2")
        assert rows.fetchall() == [
            ("view", "2024-05-31T10:30:00Z", 0),
            ("purchase", "2024-05-31T10:40:00Z", 1250),
            ("cart", "2024-05-31T23:00:00Z", 0),
        ]


def test_a_japanese_header_is_no_chinese_clock(home, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(EVENTS.replace("金额", "お支払い"), "utf-8")
    done = run(home, path, "--skip-unknown")
    assert isinstance(done.exception, InputError)
    assert "time_zone" in done.exception.what


def test_rows_that_the_mapping_leaves_out_are_counted_in_words(home, tmp_path):
    (tmp_path / "x.csv").write_text(
        "id,user,item,at,slot\n1,a,P,2024-01-01,none\n2,b,P,2024-01-01,sent\n"
    )
    (tmp_path / "m.toml").write_text(
        'format = "hansa-mapping 1"\nkind = "impressions"\nname = "m"\n'
        '[columns]\nimpression_id = "id"\ncustomer_id = "user"\nproduct_id = "item"\n'
        'shown_at = "at"\nplacement = "slot"\n[values.placement]\nnone = "!skip"\n'
    )
    done = run(home, tmp_path / "x.csv", "--map", tmp_path / "m.toml")
    assert "1 rows were left out, as the mapping says" in done.output
    again = run(home, tmp_path / "x.csv", "--map", tmp_path / "m.toml", "--again", "--json")
    answer = json.loads(again.output.splitlines()[-1])["files"][0]
    assert (answer["n_skipped"], answer["n_left_out"]) == (1, 1)


_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Sheet1">'
)
_CLOSE = "</table:table></office:spreadsheet></office:body></office:document-content>"
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def _cell(value):
    if isinstance(value, float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if value.startswith("date:"):
        day = value.removeprefix("date:")
        return f'<table:table-cell office:value-type="date" office:date-value="{day}"><text:p>31.05.24</text:p></table:table-cell>'
    if not value:
        return "<table:table-cell/>"
    return (
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    )


def ods(path, rows):
    body = "".join(f"<table:table-row>{''.join(map(_cell, r))}</table:table-row>" for r in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _OPEN + body + _CLOSE)
    return path


ROWS = [
    ["customer_id", "kind", "happened_at", "product_id", "value"],
    ["c1", "purchase", "date:2024-05-31T18:30:00", "P1", 13.8],
    ["c2", "view", "date:2024-06-01", "", ""],
]


def test_an_ods_workbook_is_imported(home, tmp_path):
    path = ods(tmp_path / "events.ods", ROWS)
    with open_source(path) as source:
        assert source.names == tuple(ROWS[0])
    done = run(home, path)
    assert done.exit_code == 0, done.output
    with Store.open(home) as store:
        rows = store.db.execute(
            "SELECT happened_at, product_id, value_minor FROM events ORDER BY 1"
        )
        assert rows.fetchall() == [
            ("2024-05-31T18:30:00Z", "P1", 1380),
            ("2024-06-01T00:00:00Z", "", 0),
        ]
    assert "known" in run(home, path).output


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_cut_ods_workbook_is_refused_in_words(home, tmp_path, cut):
    path = ods(tmp_path / "events.ods", ROWS)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    done = run(home, path)
    assert isinstance(done.exception, InputError)
    assert done.exception.todo
