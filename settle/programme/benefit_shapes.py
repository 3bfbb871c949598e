"""[double_benefit] of programme.toml: whom a programme supports, and what its notice says of support from elsewhere (XPR rules)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Effect = Literal["disallow", "hold", "note"]
SUPPORTED, PERSON = "XPR-020", "XPR-030"  # the rules on businesses and on people


class Businesses(Struct, forbid_unknown_fields=True):
    """[[double_benefit.business]]: a sheet whose rows are businesses that are supported, and its columns."""

    sheet: str
    number: str
    name: str
    project: str = ""
    representative: str = ""


class People(Struct, forbid_unknown_fields=True):
    """[[double_benefit.people]]: a sheet whose rows are people who are supported or placed. since: the day by which the later gives way.

    only: a count of rows of this sheet ([facts], kind = count_rows). Then nobody of it is supported: who is the only one that it counts
    for an application is told of a claim elsewhere, and nobody gives way to him.
    """

    sheet: str
    name: str
    birth: str = ""
    identity: str = ""
    since: str = ""
    firm: str = ""
    only: str = ""


class Support(Struct, forbid_unknown_fields=True):
    """[[double_benefit.support]]: what support of a business from elsewhere in the same year means here; the first that fits counts.

    types: of 지원유형 (none: any). agencies: of 기관구분, which is asked of 지원이력 alone. project: "same" asks for the same project,
    "blank" for one that nobody named.
    """

    effect: Effect
    types: list[str] = []
    agencies: list[str] = []
    project: Literal["any", "same", "blank"] = "any"


class DoubleBenefit(Struct, forbid_unknown_fields=True):
    """[double_benefit]. gives: the 지원유형 of its own support. names: 지원유형 -> names of programmes that count as such, whatever their
    row says. company: the item of 협약 with the number of the enterprise, where no sheet lists businesses. person: what one person in two
    claims means; person_types: the 지원유형 of 지원이력 that count as a claim (none: any). effects: code -> relation (`same`,
    `representative`) -> effect.
    """

    gives: list[str] = []
    company: str = ""
    history: str = "지원이력"
    names: dict[str, list[str]] = {}
    businesses: list[Businesses] = field(name="business", default_factory=list)
    people: list[People] = []
    supports: list[Support] = field(name="support", default_factory=list)
    person: Effect | None = None
    person_types: list[str] = []
    effects: dict[str, dict[str, Effect]] = {}

    def effect(self, code: str, relation: str = "same") -> Effect | None:
        """What a relation means by a rule; None where the notice says nothing of it."""
        return self.effects.get(code, {}).get(relation)

    def possible(self, code: str) -> set[Effect]:
        """The effects that a rule can have here."""
        if code == SUPPORTED:
            found: set[Effect] = {one.effect for one in self.supports}
            return found | ({"hold"} if found - {"note"} else set())  # what is not known may be what is forbidden
        if code == PERSON:
            unsure: set[Effect] = {"hold"} if self.person_types else set()
            return {self.person, "note"} | unsure if self.person else set()
        return set(self.effects.get(code, {}).values())
