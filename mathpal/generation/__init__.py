"""Generate a model's answers to conversations, in batches or in a chat.

Knows prompts, tokens and the KV cache. Knows no gold answers and no training.
Importing the package imports nothing heavy.
"""
