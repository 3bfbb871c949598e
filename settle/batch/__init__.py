"""Many agreements at once: judged in parallel, joined in DuckDB for what crosses them, told apart from the month
before.

sources (what lies in the folder) -> work (one agreement -> tables) -> store (tables on disk, whole or not at all)
-> across (DuckDB over all agreements) -> delta (against the month before) -> run (the order of it all).
"""
