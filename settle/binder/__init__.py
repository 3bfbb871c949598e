"""The binder (정산철): files, runs, answers and decisions of one settlement, and the chained log of all of it."""

from settle.binder.binder import Binder
from settle.binder.rows import Case, Decision, Found, Input, Judged, Precedent, Reply, Request, Run
from settle.binder.verify import Verified
from settle.binder.words import BinderError

__all__ = [
    "Binder", "BinderError", "Case", "Decision", "Found", "Input", "Judged", "Precedent", "Reply", "Request", "Run",
    "Verified",
]  # fmt: skip
