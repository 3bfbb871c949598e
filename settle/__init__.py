"""settle: settling and auditing Korean grant money (사업비 정산·감사)."""

__version__ = "0.1.0"
