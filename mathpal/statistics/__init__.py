"""Intervals and tests of shares, means and paired differences. Knows numbers, no runs or trials."""
