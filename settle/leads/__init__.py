"""Leads (의심 신호): where a person may want to look. They move no won and are no verdict."""

from settle.leads.finding import Lead, find

__all__ = ["Lead", "find"]
