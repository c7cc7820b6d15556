"""Peak resident memory of this process. Knows the system's counters only."""

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_resident() -> int:
    """Return the peak of this process so far, in bytes.

    On Linux, `ru_maxrss` begins at the peak of the process that started this one, e.g. the driver
    of a sweep; the peak in /proc does not. Where /proc does not tell, `ru_maxrss` is returned.
    """
    found = _PEAK.search(_STATUS.read_text(encoding="utf-8")) if _STATUS.is_file() else None
    if found:
        return int(found.group(1)) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
