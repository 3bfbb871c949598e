"""Evidence files: what the papers themselves say. Bytes, e-tax-invoice XML, PDF text, scans; parsed in guarded children."""
