"""Untrusted bytes are looked at only in a guarded child: a process of its own with limits on CPU time, memory and wall time."""
