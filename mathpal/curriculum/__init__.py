"""The generated curriculum: families of Vietnamese school problems with worked solutions.

Importing this package registers every family. Pure standard library.
"""

from mathpal.curriculum import counting, geometry, measure, numbers, word_problems
from mathpal.curriculum.registry import FAMILIES, Draft, Draw, Family, family, problem

__all__ = [
    "FAMILIES",
    "Draft",
    "Draw",
    "Family",
    "counting",
    "family",
    "geometry",
    "measure",
    "numbers",
    "problem",
    "word_problems",
]  # fmt: skip
