"""Kubernetes objects as they were written or served: reading, typed views, and an index over all of them. Opens no
sockets and starts nothing."""
