"""The few ways a rule can work, one module per family; settle.judging.registry brings them all in."""
