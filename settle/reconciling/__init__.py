"""Lists of the tax office, card companies and banks: recognised, read, and matched with the ledger.

profiles (what is known of each list, as data) -> reading (a table -> Statement) -> theirs, ours (items of both sides)
-> matching (strongest key first) -> reconcile (what REC-010 … REC-110 ask).
"""
