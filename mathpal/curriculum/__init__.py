"""The generated curriculum: families of Vietnamese school problems with worked solutions.

Importing this package registers every family. Pure standard library.
"""

from mathpal.curriculum import families
from mathpal.curriculum.items import Regime, problem, range_boundary
from mathpal.curriculum.registry import FAMILIES, STRATA, TOPICS, Draft, Draw, Family, family

__all__ = [
    "FAMILIES",
    "STRATA",
    "TOPICS",
    "Draft",
    "Draw",
    "Family",
    "Regime",
    "families",
    "family",
    "problem",
    "range_boundary",
]
