"""Tokens: problems become rows of tokens with a loss mask, and rows become batches.

Knows chat templates and tokenizers; not where problems come from, nor what a loss does.
"""
