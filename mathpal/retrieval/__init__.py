"""Find solved problems that are similar to a question, and measure how well that works.

Knows problems, words and vectors. Knows no models that answer. Importing the package imports
nothing heavy.
"""
