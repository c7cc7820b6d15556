"""Generation: a model answers conversations. Importing this imports nothing heavy.

Knows prompts, tokens and the KV cache; not gold answers.
"""
