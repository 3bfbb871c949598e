"""Imported first by the process that workers are forked from: from then on it ends with the batch, and the workers with it (worker.py).

The workers are no children of the batch but of that process, and one that waits for work keeps it alive.
"""

from settle.batch.worker import die_with_parent

die_with_parent()
