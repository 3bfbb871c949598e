"""The writer of HWPX (OWPML, KS X 6101:2024): a zip of XML parts, made of strings.

What a part must hold is known from the public standard, its schema, and documents that Hancom Office writes; see README.md.
"""
