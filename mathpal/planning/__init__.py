"""What a run will need, before any weights are loaded; importing it imports nothing heavy."""
