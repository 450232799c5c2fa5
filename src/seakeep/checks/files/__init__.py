"""Files that operators write by hand and that are no Kubernetes objects: HAP, KPA, KUB, FIL and others."""
