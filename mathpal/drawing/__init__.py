"""Drawing: charts and number formats. Knows nothing of runs and their files."""
