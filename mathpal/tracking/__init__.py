"""Record a run, and send copies to trackers. `metrics.jsonl` is the source of truth."""
