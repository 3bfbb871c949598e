"""Answers to questions (own-file: questions, dearest first), kept as pieces of 답.toml."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from settle.binder import words
from settle.binder.canonical import canonical
from settle.binder.rows import Answer
from settle.binder.words import BinderError, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settle.binder.store import Row, Store


def put(store: Store, who: str, question: str, body: dict[str, Any], kind: str, text: str, origin: str) -> Answer:
    """See Binder.answer."""
    return put_many(store, who, [(question, body, kind, text)], origin)[0]


def put_many(
    store: Store, who: str, given: Sequence[tuple[str, dict[str, Any], str, str]], origin: str
) -> list[Answer]:
    """See Binder.answer_many."""
    if not given or any(not clean(question) or not body for question, body, *_ in given):
        raise BinderError("답에는 질문과 값이 필요합니다.")
    with store.act(who, words.ANSWER) as act:
        rows: list[Row] = [
            {
                "id": clean(question), "kind": kind, "body": canonical(_plain(body)), "text": clean(text), "by": who,
                "at": act.at, "origin": origin,
            }
            for question, body, kind, text in given
        ]  # fmt: skip
        return [_answer(act.put("answers", row)) for row in rows]


def withdraw(store: Store, who: str, question: str) -> None:
    """See Binder.withdraw_answer."""
    if store.row("answers", question) is None:
        raise BinderError(f"그 질문에는 답이 없습니다: {question}")
    with store.act(who, words.ANSWER_WITHDRAWN) as act:
        act.delete("answers", question)


def listed(store: Store) -> list[Answer]:
    """The answers in force, in the order in which they were given."""
    return [_answer(row) for row in store.rows("SELECT * FROM answers ORDER BY at, id")]


def merged(store: Store) -> dict[str, Any]:
    """All answers as one 답.toml: tables merged, lists of tables one after the other, a later answer over an earlier."""
    result: dict[str, Any] = {}
    for one in listed(store):
        _merge(result, one.body)
    return result


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        here = into.get(name)
        if isinstance(here, dict) and isinstance(value, dict):
            _merge(here, value)
        elif isinstance(here, list) and isinstance(value, list):
            here.extend(v for v in value if v not in here)
        else:
            into[name] = json.loads(canonical(value))


def _plain(value: Any) -> Any:
    """Dates as texts, so that an answer is JSON. Raises BinderError for a fraction (TOML's floats): won are whole."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, float):
        raise BinderError(f"답의 값에는 소수를 쓰지 않습니다: {value}")
    return clean(value) if isinstance(value, str) else value


def _answer(row: Row) -> Answer:
    return Answer(**{**row, "body": json.loads(row["body"])})
