"""The families, one file a topic. Every module here is imported and so registers its own."""

import importlib
import pkgutil

for _module in sorted(entry.name for entry in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
