"""Every loader of what strangers give, on made-up bytes and texts: it answers, or refuses in its own way, and nothing else.

`make test` looks for a moment; `make fuzz` (SETTLE_FUZZ_SECONDS, shared by the loaders) for as long as it is told. What was once found
stays in FOUND, and files in tests/kit/hostile.py.
"""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settle.documents.review import tokens
from settle.documents.review.masking import Masks, masked
from settle.evidence import invoice
from settle.korean import mask, mask_all, numbers_between
from settle.kpi import formula
from settle.programme import answers, loading, profile, sheets
from settle.programme.shapes import RuleFile
from settle.reading import cells, headings, moments
from settle.reconciling.reading import read as read_statement
from settle.workbook import container, delimited, markup
from tests.kit.statement_lists import HEADINGS

SECONDS = float(os.environ.get("SETTLE_FUZZ_SECONDS", "0"))


def words(*pieces: str) -> st.SearchStrategy[str]:
    """Texts of these pieces, and of anything between them."""
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=6)), max_size=12).map("".join)


FIGURES = words(
    "1",
    "23",
    ",",
    ".",
    "-",
    "△",
    "(",
    ")",
    "원",
    "₩",
    " ",
    "명",
    "외",
    "년",
    "월",
    "일",
    "오후",
    ":",
    "2025",
    "٣",
    "%",
    "~",
    "계좌",
    "900101-",
)
XML = words(
    "<a>",
    "</a>",
    "<si>",
    "<t>",
    "</t>",
    "</si>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&#57;",
    "&amp;",
    "<?x",
    "?>",
    '"',
    "'",
    "900101-",
    "1023948",
    "<!DOCTYPE",
    "=",
)
TOML = words(
    "[",
    "]",
    "[[",
    "]]",
    "=",
    '"',
    "'''",
    "\n",
    "{",
    "}",
    "a",
    "cell",
    "line",
    "value",
    "1",
    "2025-01-01",
    ",",
    ".",
    "협약",
)
TABLE = words(
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</tr>",
    "</table>",
    "rowspan=9",
    "colspan=9",
    ">",
    "집행일",
    "집행금액",
    "1000",
    "<script>",
)
HEADS = words("집행", "금액", "(원)", "단위", ":", "천원", "①", "1.", "[", "]", "※", "\n", "일자")


def no_matter(read: Callable[..., Any], *refusals: type[Exception]) -> Callable[..., None]:
    """Call it; its own refusals are answers."""

    def check(*given_: Any) -> None:
        try:
            read(*given_)
        except refusals:
            return

    return check


def _figures(text: str) -> None:
    for read in (
        cells.won,
        cells.day,
        cells.count,
        cells.man_days,
        cells.rate,
        cells.number,
        cells.yes_no,
        cells.business_number,
    ):
        assert isinstance(read(text), cells.Read)
    cells.lossy(text)
    moments.moment(text)
    numbers_between(text, "~-")


def _masks(text: str) -> None:
    assert mask_all([text, "가"]) == [mask(text), "가"]
    assert mask(mask(text)) == mask(text)


def _headings(text: str) -> None:
    kind = sheets.load("innovation-partnership")["집행내역"]
    headings.variants(text)
    headings.find(kind, [{0: text, 1: "집행금액"}, {0: text}])
    headings.recognise(kind, text)


def _part(text: str) -> None:
    masked(text.encode("utf-8", "surrogatepass"), Masks(), "xl/worksheets/sheet1.xml")
    masked(f"<a>{text}</a>".encode("utf-8", "surrogatepass"), Masks(), "xl/sharedStrings.xml")


def _file(name: str, read: Callable[[Path], Any]) -> Callable[[Any], None]:
    def check(data: str | bytes) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
            read(path)

    return check


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in dict(parts).items():
            made.writestr(name, data)
    return stream.getvalue()


NAMES = st.sampled_from(
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "mimetype",
        "xl/workbook.bin",
        "content.xml",
        "x",
    ]
)
PACKAGES = st.lists(
    st.tuples(NAMES, st.one_of(XML.map(lambda t: t.encode("utf-8", "replace")), st.binary(max_size=60))), max_size=5
).map(_packed)
BYTES = st.one_of(st.binary(max_size=200), PACKAGES, XML.map(lambda t: t.encode("utf-8", "replace")))


def _csv(path: Path) -> None:
    delimited.read_delimited(
        {"path": str(path), "title": "장부", "format": "csv", "sheets": None, "parts": {}}, io.BytesIO()
    )
    text = delimited.decode(path.read_bytes())[0]
    told = delimited.by_arrow(text, ",")
    if told is not None:  # it says what Python's own reader says
        height, _, columns = delimited.by_rows(text, ",")
        assert told[0] == height
        assert _texts(told[2]) == _texts(columns)


def _texts(columns: dict[int, Any]) -> dict[int, list[str | None]]:
    return {place: column.to_pylist() for place, column in columns.items()}


def _page(path: Path) -> None:
    for kind in ("html", "xml"):
        task = {"path": str(path), "title": "장부", "format": kind, "sheets": None, "parts": {}}
        # the child says of any error that the file is broken; more than that would be time and memory
        with suppress(Exception):
            markup.read_markup(task, io.BytesIO())


def _statement(rows: list[list[str]]) -> None:
    width = max(map(len, rows))
    table = pd.DataFrame([[*row, *[""] * (width - len(row))] for row in rows], dtype="str")
    table.index = pd.RangeIndex(1, len(rows) + 1)
    found = read_statement(table, "명세.xlsx", "Sheet1")
    assert (
        found is None or found.rows == len(found.lines) + found.repeated + found.totals + found.blank + found.rejected
    )


def _lists() -> st.SearchStrategy[list[list[str]]]:
    bases = [[list(names)] for _, names in HEADINGS.values()]
    cell = st.one_of(FIGURES, st.sampled_from(["", "합계", "취소", "2025.06.02", "-1,000"]))
    more = st.lists(st.lists(cell, min_size=1, max_size=8), max_size=4)
    return st.tuples(st.sampled_from(bases), more).map(lambda two: [*two[0], *two[1]])


LOADERS: dict[str, tuple[Callable[..., None], st.SearchStrategy[Any]]] = {
    "container": (no_matter(_file("a.xlsx", container.look), container.Unreadable), BYTES),
    "delimited": (_file("a.csv", _csv), st.one_of(FIGURES, HEADS, st.binary(max_size=80), words('"', ",", "\n", "\t", "가"))),
    "markup": (_file("a.xls", _page), st.one_of(TABLE, XML)),
    "cells": (_figures, FIGURES),
    "masking": (_masks, FIGURES),
    "formula": (no_matter(formula.parse, ValueError), words("1", "+", "(", ")", "Σ", "√", "×", "a", ",", " ", "실적", "1,000.5")),
    "headings": (_headings, HEADS),
    "XML": (no_matter(_part, tokens.Malformed), XML),
    "invoice": (no_matter(lambda t: invoice.parse(t.encode("utf-8", "replace")), invoice.BadInvoice), XML),
    "statements": (_statement, _lists()),
    "answers": (no_matter(_file("답.toml", answers.load), answers.AnswersError), TOML),
    "profile": (no_matter(_file("열.toml", profile.load), profile.ProfileError), TOML),
    "rules": (no_matter(lambda t: loading.parse(t, "a.toml", RuleFile), loading.LoadError), TOML),
}  # fmt: skip


@pytest.mark.parametrize("name", LOADERS)
def test_fuzz(name: str) -> None:
    check, strategy = LOADERS[name]
    examples = 200 if SECONDS else 8 if name == "statements" else 25  # a table takes a while
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    looked = settings(
        max_examples=examples, deadline=None, database=None, derandomize=not SECONDS, suppress_health_check=calm
    )(given(strategy)(lambda value: check(value)))
    end = time.monotonic() + SECONDS / len(LOADERS)
    looked()
    while time.monotonic() < end:
        looked()


FOUND: list[tuple[str, Any]] = [
    ("cells", "9" * 5_000), ("cells", "2025-01-01" + " " * 900 + "x"), ("cells", "1" * 401), ("answers", "a = " + "[" * 20_000),
    ("profile", "a = " + "9" * 10_000), ("rules", "[[" + " " * 900), ("headings", "(" * 900), ("XML", "<?a" * 900), ("XML", "<!--" * 900),
    ("masking", "농협 302 1234 5609 91 3 302"), ("container", b"PK\x05\x06" + b"\xff" * 18),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(FOUND)))
def test_what_was_found_stays_right(at: int) -> None:
    name, value = FOUND[at]
    LOADERS[name][0](value)
