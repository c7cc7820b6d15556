"""Generated Vietnamese school mathematics: families of problems with worked solutions.

Knows the families, their wordings and each problem's split; nothing of models, tokens or files.
Importing the package registers every family. Standard library only, besides `mathpal.answers`.
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
