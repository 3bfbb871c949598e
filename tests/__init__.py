"""The tests of settle."""
