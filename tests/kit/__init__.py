"""What several test modules share: makers of inputs, readers of outputs, runners of cases."""
