"""The problem families, one file per topic.

Importing this package imports every module in it, and each module registers its families.
"""

import importlib
import pkgutil

for _module in sorted(entry.name for entry in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
