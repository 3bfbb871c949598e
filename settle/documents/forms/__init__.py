"""The interim and the final report: the forms are data (reports/<programme>/), what fills them is computed here."""
