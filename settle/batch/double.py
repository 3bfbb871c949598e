"""Double benefits across programmes (XPR-010 … XPR-060), as joins over what all agreements of a month tell (settle.batch.benefits).

What a match means (disallowed, held, noted) is what [double_benefit] of the programme says that is judged; the join is the same for all.
Later lines give way (집행일, then the agreement's beginning, then its number); of applications each is struck whose notice says so.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from settle.batch.across import connected, frame, over, some
from settle.korean import brn, particles
from settle.programme import vocabulary
from settle.programme.benefit_shapes import PERSON, SUPPORTED
from settle.reconciling.values import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from settle.batch.across import Taken, Unit
    from settle.programme.benefit_shapes import DoubleBenefit, Effect, Support
    from settle.programme.vocabulary import Programme

PAPER, ALIKE, FILES, VENDORS = "xpr_010", "XPR-040", "XPR-050", "XPR-060"
ALONE, SEVERAL = (
    ("costs", "supports", "people"),
    ("papers", "files"),
)  # tables asked of one programme, and of several besides
WINDOW = 3  # days between two payments that may be one
GRAVITY = ("note", "hold", "disallow")
VALID = "regexp_full_match({}.brn, '[0-9]{{10}}')"


class _Month:
    """The agreements of a month, earliest first, and what is found of them: folder -> code -> sheet -> (row, effect, text)."""

    def __init__(self, units: list[Unit], found: dict[str, Any]) -> None:
        self.units, self.found = units, found
        self.programmes: dict[str, Programme] = {
            p: vocabulary.load(p) for p in sorted({u.programme for u in units} - {""})
        }
        self.told: dict[tuple[str, str, str], set[tuple[int, str, str]]] = defaultdict(set)

    def forbids(self, unit: int) -> DoubleBenefit | None:
        return self.programmes[self.units[unit].programme].double_benefit

    def named(self, unit: int) -> str:
        """`사업 협약`: both, as a finding names them."""
        one = self.units[unit]
        return f"{self.programmes[one.programme].name} {one.agreement}"

    def tell(self, unit: int, code: str, sheet: str, row: int, effect: Effect, text: str) -> None:
        self.told[self.units[unit].folder, code, sheet].add((row, effect, particles(text)))

    def on_line(self, unit: int, code: str, line: int, effect: Effect, text: str) -> None:
        self.tell(unit, code, self.programmes[self.units[unit].programme].main.sheet, line, effect, text)

    def keep(self) -> None:
        for (folder, code, sheet), rows in sorted(self.told.items()):
            by_code = self.found[folder].setdefault("benefits", {}).setdefault(code, {})
            by_code[sheet] = [list(row) for row in sorted(rows)]


def find(units: list[Unit], found: dict[str, Any], taken: Taken) -> None:
    """Add to `found` what the rules on double benefits ask for. taken: won of papers that agreements of one programme lose already."""
    month = _Month(sorted(units, key=lambda u: u.age), found)
    if all(one.double_benefit is None for one in month.programmes.values()):
        return
    several = len(month.programmes) > 1
    with connected(month.units, (*ALONE, *SEVERAL) if several else ALONE) as db:
        if several:
            _charged(db, month, taken)
            _alike(db, month)
            _same_files(db, month)
        _vendors(db, month)
        _supported(db, month)
        _people(db, month)
    month.keep()


# ---- papers, costs, files -------------------------------------------------------------------------------------------


def _charged(db: duckdb.DuckDBPyConnection, month: _Month, taken: Taken) -> None:
    """One paper charged in agreements of different programmes beyond its amount (XPR-010): the excess, from the latest lines."""
    rows = frame(
        db,
        """
        SELECT p.* FROM papers p JOIN (
            SELECT paper, key FROM papers WHERE "left" > 0 GROUP BY paper, key HAVING count(DISTINCT programme) > 1 AND (
                bool_or(face_known) OR (bool_and(vat_out > 0) AND bool_or(supply_known AND supply > 0))
            )
        ) twice USING (paper, key) WHERE "left" > 0
        """,
    )
    if rows.empty:
        return
    keys = zip(rows["unit"], rows["line"], rows["paper"], rows["key"], strict=True)
    already = [taken.get((month.units[unit].folder, line, paper, key), 0) for unit, line, paper, key in keys]
    rows["left"] = rows["left"] - already
    over(rows[rows["left"] > 0], month.units, PAPER, month.found, month.named, "여러 사업의 협약에서")


def _alike(db: duckdb.DuckDBPyConnection, month: _Month) -> None:
    """One cost, as it seems: same vendor, won and (within WINDOW) day in two programmes, where not both have an 승인번호 (XPR-040)."""
    rows = frame(
        db,
        f"""
        SELECT a.unit, a.line, a.number, a.vendor, a.won, a.day, b.unit AS unit2, b.number AS number2, b.day AS day2
        FROM costs a JOIN costs b ON a.brn = b.brn AND a.won = b.won AND a.programme <> b.programme
        WHERE {VALID.format("a")} AND NOT (a.numbered AND b.numbered)
            AND coalesce(abs(date_diff('day', a.day, b.day)) <= {WINDOW}, true)
            AND (coalesce(a.day, DATE '0001-01-01'), a.unit) > (coalesce(b.day, DATE '0001-01-01'), b.unit)
        ORDER BY a.unit, a.line, b.unit, b.line
        """,
    )
    for row in rows.itertuples(index=False):
        effect = _effect(month, row.unit, ALIKE)
        if effect:
            text = (
                f"거래처 {row.vendor}에 준 {int(row.won):,}원이 {month.named(row.unit2)}의 집행 {row.number2}와(과) "
                f"거래처·금액·날짜가 같습니다(집행 {row.number}, {month.named(row.unit)})"
            )
            month.on_line(row.unit, ALIKE, row.line, effect, text)


def _same_files(db: duckdb.DuckDBPyConnection, month: _Month) -> None:
    rows = frame(
        db,
        """
        SELECT f.* FROM files f JOIN (SELECT sha256 FROM files GROUP BY sha256 HAVING count(DISTINCT programme) > 1) twice
        USING (sha256) ORDER BY sha256, unit, line
        """,
    )
    for digest, part in rows.groupby("sha256", sort=True):
        each = some([month.named(unit) for unit in part["unit"]])
        for row in part.drop_duplicates(["unit", "line"]).itertuples(index=False):
            effect = _effect(month, row.unit, FILES)
            named = f"'{row.file}' " if row.file else ""
            if effect:
                text = f"증빙 파일 {named}(SHA-256 {str(digest)[:12]}…)이 여러 사업에 쓰였습니다: {each}"
                month.on_line(row.unit, FILES, row.line, effect, text)


def _effect(month: _Month, unit: int, code: str, relation: str = "same") -> Effect | None:
    told = month.forbids(unit)
    return told.effect(code, relation) if told else None


def _vendors(db: duckdb.DuckDBPyConnection, month: _Month) -> None:
    """A vendor that the same programme supports itself (XPR-060): by its number, or by the name of its representative alone."""
    rows = frame(
        db,
        f"""
        SELECT DISTINCT c.unit, c.line, c.vendor, s.unit AS unit2, s.name, (c.brn = s.brn AND {VALID.format("c")}) AS same
        FROM costs c JOIN supports s ON c.programme = s.programme
            AND ((c.brn = s.brn AND {VALID.format("c")}) OR (c.head <> '' AND c.head = s.head))
        WHERE NOT s.outside AND NOT s.struck ORDER BY c.unit, c.line, s.unit, s.name
        """,
    )
    for row in rows.itertuples(index=False):
        effect = _effect(month, row.unit, VENDORS, "same" if row.same else "representative")
        if effect:
            what = "지원받는 기업입니다" if row.same else f"지원받는 기업 {row.name}와(과) 대표자의 이름이 같습니다"
            month.on_line(
                row.unit, VENDORS, row.line, effect, f"거래처 {row.vendor}이(가) {month.named(row.unit2)}에서 {what}"
            )


# ---- businesses -----------------------------------------------------------------------------------------------------


def _supported(db: duckdb.DuckDBPyConnection, month: _Month) -> None:
    """One business supported in two programmes in the same year, or with a row of 지원이력 of that year (XPR-020)."""
    rows = frame(
        db,
        f"""
        SELECT s.unit, s.sheet, s.row, s.brn, s.name, s.first, s.project, s.called AS own, o.unit AS unit2, o.called, o.types, o.agency,
            o.project AS project2, o.outside, (s.first = 0 OR o.first = 0) AS some_year
        FROM supports s JOIN supports o ON s.brn = o.brn
        WHERE {VALID.format("s")} AND NOT s.outside AND NOT o.struck AND (o.outside OR s.programme <> o.programme)
            AND (s.first = 0 OR o.first = 0 OR (s.first <= o.last AND o.first <= s.last))
        ORDER BY s.unit, s.sheet, s.row, o.unit, o.called, o.row
        """,
    )
    for row in rows.itertuples(index=False):
        told = month.forbids(row.unit)
        programme = month.programmes[month.units[row.unit].programme]
        if told is None or (row.outside and _is_called(programme, row.called)):
            continue
        effect = _meaning(told.supports, row._asdict())
        if effect is None:
            continue
        if row.some_year and effect == "disallow":
            effect = "hold"
        year = f"{row.first}년에 " if row.first and not row.some_year else "(연도를 알 수 없음) "
        types = f", 지원유형 {row.types}" if row.types else ", 지원유형 모름"
        other = f"{row.called}(지원이력{types})" if row.outside else f"{month.named(row.unit2)}({types[2:]})"
        name = f"{row.name}({brn(row.brn)})" if row.name else brn(row.brn)
        text = f"{name}의 지원이 {year}{month.named(row.unit)}과(와) {other}에 겹칩니다"
        month.tell(row.unit, SUPPORTED, row.sheet, row.row, effect, text)


def _is_called(programme: Programme, text: str) -> bool:
    """Does a row of 지원이력 mean the programme itself (an earlier year, another application)?"""
    key = name_key(text)
    return any(name_key(name) in key for name in (programme.name, *programme.called))


def _meaning(rules: Iterable[Support], row: Mapping[str, Any]) -> Effect | None:
    """What the first rule that fits says; a hold where something that is not known may make it fit a graver one."""
    doubt = False
    for rule in rules:
        asked = (_types(rule, row), _agencies(rule, row), _project(rule, row))
        if False in asked:
            continue
        if None not in asked:
            return "hold" if doubt and rule.effect == "note" else rule.effect
        doubt |= rule.effect != "note"
    return "hold" if doubt else None


def _types(rule: Support, row: Mapping[str, Any]) -> bool | None:
    """True, False; None where nobody knows."""
    if not rule.types:
        return True
    given = [one.strip() for one in str(row["types"]).split(",") if one.strip()]
    return any(one in rule.types for one in given) if given else None


def _agencies(rule: Support, row: Mapping[str, Any]) -> bool | None:
    if not rule.agencies or not row["outside"]:  # a programme of ours is one of an agency
        return True
    return row["agency"] in rule.agencies if row["agency"] else None


def _project(rule: Support, row: Mapping[str, Any]) -> bool:
    mine, theirs = name_key(row["project"]), name_key(row["project2"])
    if rule.project == "blank":
        return not (mine and theirs)
    return rule.project == "any" or bool(mine and mine == theirs)


# ---- people ---------------------------------------------------------------------------------------------------------


def _people(db: duckdb.DuckDBPyConnection, month: _Month) -> None:
    """One person in two claims, of another programme or company, or in a row of 지원이력 (XPR-030); the later claim gives way.

    The same 식별값, or the same name and day of birth; a name alone, where nothing tells the two apart, is a note. Who is the only one of a
    count is told whatever the days, and takes nothing from anybody.
    """
    rows = frame(
        db,
        """
        WITH pairs AS (
            SELECT a.unit, a.sheet, a.row, a.shown, a.firm, a.only, b.unit AS unit2, b.firm AS firm2, b.outside, b.types, b.called,
                CASE WHEN a.identity <> '' AND b.identity <> '' THEN if(a.identity = b.identity, 'same', 'other')
                    WHEN a.born <> '' AND b.born <> '' THEN if(a.born = b.born, 'same', 'other') ELSE 'name' END AS who,
                a.name = b.name AS one_name, b.outside OR a.only <> '' OR (a.since, a.unit, a.row) > (b.since, b.unit, b.row) AS later
            FROM people a JOIN people b ON (a.name = b.name OR (a.identity <> '' AND a.identity = b.identity))
            WHERE NOT a.outside AND (b.only = '' OR a.only <> '')
                AND (b.outside OR a.programme <> b.programme OR a.firm <> b.firm OR a.unit <> b.unit)
        )
        SELECT * FROM pairs WHERE later AND (who = 'same' OR (who = 'name' AND one_name)) ORDER BY unit, sheet, row, unit2, called, firm2
        """,
    )
    for row in rows.itertuples(index=False):
        told = month.forbids(row.unit)
        if told is None or told.person is None:
            continue
        where = (
            f"{row.called}(지원이력)" if row.outside else " ".join(filter(None, [month.named(row.unit2), row.firm2]))
        )
        if row.who == "name":
            text = f"이름이 같은 {row.shown}이(가) {month.named(row.unit)}와(과) {where}에 있습니다. 같은 사람인지 확인하십시오"
            month.tell(row.unit, PERSON, row.sheet, row.row, "note", text)
            continue
        effect = told.person
        if row.outside and told.person_types:
            given = [one.strip() for one in row.types.split(",") if one.strip()]
            if given and not any(one in told.person_types for one in given):
                continue
            effect = effect if given else "hold" if effect == "disallow" else effect
        text = f"{row.shown}의 지원이 {month.named(row.unit)}와(과) {where}에 겹칩니다"
        if row.only:
            text = f"{row.shown}은(는) {month.named(row.unit)}의 하나뿐인 {row.only}인데 {where}에도 있습니다"
        month.tell(row.unit, PERSON, row.sheet, row.row, effect, text)
