"""All a rule may ask of a line, one module per sheet; settle.judging.registry brings them all in."""
