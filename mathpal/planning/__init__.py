"""Predict the memory and time of a training before any weights are loaded.

Knows the settings of a composition and the shapes of models. Loads no weights and trains nothing.
Importing the package imports nothing heavy.
"""
