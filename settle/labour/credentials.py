"""Facts of what a person's education, credentials and years support (LAB-130)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from settle.judging.facts.base import Facts, fact
from settle.labour import grades
from settle.labour.people import of_person


@fact
def education(facts: Facts) -> pd.Series:
    """학력 of the person as written, "" unknown."""
    return pd.Series(of_person(facts, "학력", ""), dtype="str")


@fact
def education_told(facts: Facts) -> np.ndarray:
    """학력 is blank, or one that the programme knows."""
    return facts["education"].isin(["", *facts.programme.values["학력"]]).to_numpy()


@fact
def credentials(facts: Facts) -> pd.DataFrame:
    """What each person's credentials support, by 성명: supported, route, missing, unknown (columns), proof (등급증빙 = Y)."""
    table = grades.table(facts.programme.id, facts.programme.place)
    rows = {}
    for name, person in facts["roster"].iterrows():
        years = float(person["경력연수"]) if person["경력연수__known"] else None
        found = grades.supported(person["학력"], person["자격"], years, grades=table)
        claimed, reached = table.rank(person["등급"]), table.rank(found.grade)
        rows[name] = {
            "supported": found.grade or "",
            "route": found.route,
            "missing": found.missing,
            "unknown": ", ".join(found.unknown) if found.grade is None or reached > claimed else "",
            "proof": person["등급증빙"] == "Y",
            "above": found.grade is not None and reached > claimed,
        }
    columns = ["supported", "route", "missing", "unknown", "proof", "above"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _credential(facts: Facts, column: str, blank: Any) -> np.ndarray:
    table = facts["credentials"]
    position = table.index.get_indexer(facts["컨설턴트"]) if len(table) else np.full(facts.n, -1)
    values = table[column].to_numpy(dtype=object) if len(table) else np.array([blank], dtype=object)
    return np.where(position >= 0, values[position], blank)


@fact
def supported_grade(facts: Facts) -> pd.Series:
    """The grade that the consultant's credentials support, "" where none or unknown."""
    return pd.Series(_credential(facts, "supported", ""), dtype="str")


@fact
def grade_route(facts: Facts) -> pd.Series:
    return pd.Series(_credential(facts, "route", ""), dtype="str")


@fact
def grade_missing(facts: Facts) -> pd.Series:
    """What is missing for the next grade, one sentence."""
    return pd.Series(_credential(facts, "missing", ""), dtype="str")


@fact
def grade_unknown(facts: Facts) -> pd.Series:
    """Blank columns of 투입인력 on which the claimed grade hangs, comma list."""
    return pd.Series(_credential(facts, "unknown", ""), dtype="str")


@fact
def grade_unknown_given(facts: Facts) -> np.ndarray:
    return (facts["grade_unknown"] != "").to_numpy()


@fact
def graded(facts: Facts) -> np.ndarray:
    return (facts["grade"] != "").to_numpy()


@fact
def consultant_given(facts: Facts) -> np.ndarray:
    return (facts["컨설턴트"] != "").to_numpy()


@fact
def grade_unproven(facts: Facts) -> np.ndarray:
    return ~_credential(facts, "proof", True).astype(bool)


@fact
def grade_above_supported(facts: Facts) -> np.ndarray:
    """The claimed grade is above a supported one that is known."""
    return _credential(facts, "above", False).astype(bool)
