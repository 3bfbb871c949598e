"""The words of the binder: states, verdicts, what the log calls an act; and how typed text is taken in."""

from __future__ import annotations

import re
import unicodedata

from settle.korean import mask, mask_key, particles, printable

__all__ = ["BinderError", "clean", "mask", "mask_key", "named", "particles", "same_person"]

# States of a finding, in their order (specification: audit, decisions)
OPEN, ASKED, REPLIED, DECIDED, REVIEWED, FINAL, APPEALED = (
    "미결", "소명 요청", "소명 옴", "판정", "검토", "확정", "이의신청",
)  # fmt: skip
STATES = (OPEN, ASKED, REPLIED, DECIDED, REVIEWED, FINAL, APPEALED)

ACCEPT, REJECT, PARTLY = "인정", "불인정", "일부인정"
VERDICTS = (ACCEPT, REJECT, PARTLY)
OWN = {"AUD-010": "불인정", "AUD-020": "보완", "AUD-030": "확인"}  # an auditor's own findings and what they come to

# What became of a decision. Only an active one is used in a judgement.
ACTIVE, REOPENED, RETURNED, REPLACED, WITHDRAWN = "유효", "다시 열림", "검토에서 돌아옴", "바뀜", "취소"

# Acts, as the log calls them
CREATE, MIGRATE, TAKE, ASIDE, BACK = "정산철 만듦", "정산철 판올림", "파일 받음", "파일 제외", "파일 되살림"
RUN, REOPEN = "판정 실행", "판정 다시 열림"
ANSWER, ANSWER_WITHDRAWN = "답", "답 취소"
DECIDE, REVIEW, RETURN, CONFIRM, WITHDRAW = "판정", "검토", "검토에서 돌려보냄", "확정", "판정 취소"
LEAD, SAMPLE, PAPER = "의심 신호 판단", "표본", "조서 받음"
APPEAL, REPLY, REQUEST, SENT = "이의신청", "소명", "소명 요청", "요청 보냄"
ASSIGN, VIEW, PRECEDENT, SETTING, UNDO = "담당·기한", "봄", "선례로 삼음", "설정", "되돌림"
EXPORT, REPORT, REMOVE, TAKEN_OVER = "내보냄", "보고서 씀", "파기", "잠금 넘겨받음"
UNDOABLE = frozenset(
    {ANSWER, ANSWER_WITHDRAWN, DECIDE, REVIEW, RETURN, WITHDRAW, APPEAL, REPLY, REQUEST, SENT, ASSIGN, VIEW, PRECEDENT,
     ASIDE, BACK, LEAD, SAMPLE}
)  # fmt: skip

_SPACE = re.compile(r"\s+")


class BinderError(Exception):
    """The binder cannot do what was asked. The message is one Korean sentence per problem."""

    def __init__(self, message: str) -> None:
        super().__init__(particles(message))


def clean(text: object) -> str:
    """What a person typed, without what steers a screen, NFC, outer spaces off; line breaks stay."""
    return printable(str(text or "")).strip()


def named(who: str, role: str = "하는 사람") -> str:
    """A person's name, tidied. Raises BinderError where it is blank: no act is nameless."""
    name = _SPACE.sub(" ", clean(who))
    if not name:
        raise BinderError(f"{role}의 이름이 필요합니다. 이름은 기록에 남습니다.")
    return name


def same_person(one: str, other: str) -> bool:
    """Are these one name? Spaces, width and case make no difference (김 감사 = 김감사)."""

    def plain(name: str) -> str:
        return _SPACE.sub("", unicodedata.normalize("NFKC", name)).casefold()

    return plain(one) == plain(other)
