"""Reports of studies: read, compare, draw and describe what sweeps left behind."""
