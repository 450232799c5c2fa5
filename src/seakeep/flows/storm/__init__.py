"""storm: break it on purpose, watch, heal, judge. The only part that does what experiments describe."""
