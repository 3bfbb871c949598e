"""The net under a redesign: the whole result of fixed inputs, kept as hashes in hashes.json (docs: __main__.py)."""
