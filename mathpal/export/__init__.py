"""What a finished run hands on. Importing this imports nothing heavy."""
