"""Measure accuracy on held-out problems: generate answers, grade them, count by group.

Knows systems, groups and intervals. Knows neither how answers are generated nor how they are
graded (`mathpal.generation`, `mathpal.answers`). Importing the package imports nothing heavy.
"""
