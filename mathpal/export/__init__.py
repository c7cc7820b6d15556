"""Export the model of a finished run, and verify each export by loading it again.

Knows formats and folders. Knows nothing of training. Importing the package imports nothing heavy.
"""
