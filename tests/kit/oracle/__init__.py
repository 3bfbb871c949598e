"""The settlement arithmetic a second time: slow, plain, without pandas, written from the rulebook's text and the notice alone.

It shares nothing with the product, so that where the two agree, two readings of the same text agree. `settle_by_hand`
takes the sheets of an agreement as case files have them and says what every rule finds and what every line amounts to.
"""

from .answer import Answer, Finding, settle_by_hand

__all__ = ["Answer", "Finding", "settle_by_hand"]
