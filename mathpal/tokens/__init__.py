"""Turn problems into rows of tokens with a loss mask, and rows into batches.

Knows chat templates and tokenizers. Knows nothing of data sources and losses.
"""
