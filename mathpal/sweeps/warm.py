"""Imports that every trial's process would repeat, done once before they are forked.

Finds and imports Hydra's plug-ins, and warms its override parser. Imports nothing heavy, and
nothing that Unsloth changes.
"""

import cloudpickle  # noqa: F401
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins

import mathpal.sweeps.local
import mathpal.sweeps.watched  # noqa: F401

Plugins.instance()
OverridesParser.create().parse_overrides(["a.b=1e-4", "+c=d", "e=[1,2]", "f={g: 'h'}", "i=null"])
