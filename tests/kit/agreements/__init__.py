"""Random small agreements that could be real: scenes of one to three ledger rows with their papers, then slips of the pen.

`agreement(seed)` gives the same tables for the same seed, in the form of case files. Every rule family is reached; the
slips (blanks, absent columns, words that nobody knows, papers left away, a won more or less) are what an honest
bookkeeper's file has. Rows keep what a ledger never lacks: vendor, 적요, 집행번호.
"""

from .decided import decide
from .whole import agreement

__all__ = ["agreement", "decide"]
