"""Helpers of the tests that are worth a name of their own."""
