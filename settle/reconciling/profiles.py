"""What is known of each list as data: ledgers/statements/*.toml. A new source is a new file there.

`fields.toml` names, per group (invoice, receipt, card, bank), the headings under which a field may stand; every other
file but `matching.toml` is the profile of one source.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, cached_property
from typing import Any

import tomli
from msgspec import Struct, field

from settle.programme.folders import ResourceError, roots

GROUPS = {"invoice": "세금계산서·계산서", "receipt": "현금영수증", "card": "카드", "bank": "은행"}
FIELDS_FILE, MATCHING_FILE = "fields.toml", "matching.toml"
HEADING_ROWS = 15  # headings stand in one of these rows

_UNIT = re.compile(r"[(\[](?:원|₩|￦|krw|단위:?원)[)\]]", re.IGNORECASE)
_DROP = re.compile(r"[\s\u200b-\u200f\u2060\ufeff()\[\]]+")


def heading_key(text: str) -> str:
    """The form in which two spellings of one heading are equal: no white space, brackets, units or case."""
    plain = unicodedata.normalize("NFKC", text)
    return _DROP.sub("", _UNIT.sub("", plain)).casefold()


class Profile(Struct, frozen=True, dict=True):
    """One source. needs: headings that must all be there (a tuple: any of them); without: headings that must not.

    A fallback is a source that nobody named. needs_fields: fields of which one of each tuple must have a heading;
    telling: headings that only such a list has, of which `least` must be there. sided: all that may stand in the column `side`.
    """

    id: str
    title: str
    group: str
    needs: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    papers: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    controls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fallback: bool = False
    sided: tuple[str, ...] = ()
    needs_fields: tuple[tuple[str, ...], ...] = ()
    telling: tuple[str, ...] = ()
    least: int = 0

    @cached_property
    def _field_keys(self) -> tuple[frozenset[str], ...]:
        """Keys of the headings of the fields that are needed, as if they were headings that are needed."""
        return tuple(
            frozenset(heading_key(h) for name in names for h in self.columns.get(name, ()))
            for names in self.needs_fields
        )

    @cached_property
    def _telling_keys(self) -> frozenset[str]:
        return frozenset(map(heading_key, self.telling))

    @cached_property
    def _need_keys(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(map(heading_key, need)) for need in self.needs)

    @cached_property
    def _without_keys(self) -> frozenset[str]:
        return frozenset(map(heading_key, self.without))

    @cached_property
    def _heading_keys(self) -> frozenset[str]:
        return frozenset(map(heading_key, self.headings))

    def score(self, keys: frozenset[str], above: str) -> float:
        """How well a row of headings fits: 0 where it does not, else more for more headings known.

        above: the text of the rows above, in which the source may name itself.
        """
        needs = (*self._need_keys, *self._field_keys)
        if any(not (need & keys) for need in needs) or self._without_keys & keys:
            return 0.0
        if len(self._telling_keys & keys) < self.least:
            return 0.0
        if self.group == "card" and any(word in key for word in matching()["own_words"] for key in keys):
            return 0.0
        named = any(name in above for name in self.names)
        known = len(self._heading_keys & keys)
        return (0.0 if self.fallback else 1.0) + known / len(keys) + known / len(self._heading_keys) + 2.0 * named

    def place(self, cells: list[str]) -> dict[str, int]:
        """Field -> column position. `상호#2` is the second column of that heading."""
        seen: dict[str, int] = {}
        places: dict[str, int] = {}
        for position, cell in enumerate(cells):
            key = heading_key(cell)
            if key:
                seen[key] = seen.get(key, 0) + 1
                places.setdefault(key, position)
                places[f"{key}#{seen[key]}"] = position
        taken: dict[str, int] = {}
        for name, headings in self.columns.items():
            for heading in headings:
                if heading_key(heading) in places:
                    taken[name] = places[heading_key(heading)]
                    break
        return taken


def _read(name: str) -> dict[str, Any]:
    for root in roots("ledgers"):
        path = root / "statements" / name
        if path.is_file():
            try:
                return tomli.loads(path.read_text(encoding="utf-8"))
            except (OSError, tomli.TOMLDecodeError) as error:
                raise ResourceError(f"명세 자료 {name}을(를) 읽을 수 없습니다: {error}") from error
    raise ResourceError(f"명세 자료 ledgers/statements/{name}이(가) 없습니다.")


@cache
def matching() -> dict[str, Any]:
    """matching.toml: windows, bounds, rates and words of the matching."""
    return _read(MATCHING_FILE)


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile, by id. Raises ResourceError (Korean) where a file is broken."""
    fields = _read(FIELDS_FILE)
    found: dict[str, Profile] = {}
    names = {p.name for root in roots("ledgers") for p in (root / "statements").glob("*.toml")}
    for name in sorted(names - {FIELDS_FILE, MATCHING_FILE}):
        raw = _read(name)
        try:
            columns = {k: tuple(v) for k, v in raw.get("columns", {}).items()}
            for key, headings in fields[raw["group"]].items():
                columns[key] = columns.get(key, ()) + tuple(headings)
            profile = Profile(
                id=name.removesuffix(".toml"),
                title=raw["title"],
                group=raw["group"],
                needs=tuple((n,) if isinstance(n, str) else tuple(n) for n in raw.get("needs", ())),
                headings=tuple(raw["headings"]),
                columns=columns,
                papers=tuple(raw.get("papers", ())),
                without=tuple(raw.get("without", ())),
                names=tuple(raw.get("names", ())),
                controls={k: tuple(v) for k, v in raw.get("controls", {}).items()},
                fallback=raw.get("fallback", False),
                sided=tuple(raw.get("sided", ())),
                needs_fields=tuple((n,) if isinstance(n, str) else tuple(n) for n in raw.get("needs_fields", ())),
                telling=tuple(raw.get("telling", ())),
                least=raw.get("least", 0),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ResourceError(f"명세 자료 {name}에 {error} 항목이 없거나 형식이 다릅니다.") from error
        found[profile.id] = profile
    return tuple(found.values())


class Recognised(Struct, frozen=True):
    """A profile that fits a table, the position of its headings among the rows, and the columns of its fields."""

    profile: Profile
    position: int
    places: dict[str, int]
    others: tuple[str, ...] = ()  # titles of other profiles that fit exactly as well


def recognise(rows: list[list[str]]) -> Recognised | None:
    """Which source a table comes from, by the headings in its first HEADING_ROWS rows; None: none that is known.

    A table with a heading that only a settlement workbook has (비목, 집행번호 …) is none.
    """
    best: Recognised | None = None
    best_score = 0.0
    ours = frozenset(map(heading_key, matching()["not_a_list"]))
    above = ""
    for position, cells in enumerate(rows[:HEADING_ROWS]):
        keys = frozenset(k for k in map(heading_key, cells) if k)
        if keys & ours:
            return None
        if len(keys) >= 4:
            scored = sorted(((p.score(keys, above), p.id, p) for p in profiles()), reverse=True)
            score, _, profile = scored[0]
            if score > best_score:
                others = tuple(p.title for s, _, p in scored[1:] if s == score)
                best, best_score = Recognised(profile, position, profile.place(cells), others), score
        above += " ".join(cells) + "\n"
    return best
