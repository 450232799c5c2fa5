"""Readers of the files that operators write by hand and that are no Kubernetes objects. Pure; none of them raises."""
