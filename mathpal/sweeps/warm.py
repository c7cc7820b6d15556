"""What every trial's process would otherwise do first: imported once, before they are forked.

Hydra's plug-ins are found and imported, and its grammar has seen an override. Nothing here is
heavy, and nothing of it is changed by Unsloth.
"""

import cloudpickle  # noqa: F401
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins

import mathpal.sweeps.local
import mathpal.sweeps.watched  # noqa: F401

Plugins.instance()
OverridesParser.create().parse_overrides(["a.b=1e-4", "+c=d", "e=[1,2]", "f={g: 'h'}", "i=null"])
