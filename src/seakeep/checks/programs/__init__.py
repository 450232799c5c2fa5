"""How Kubernetes' programs are started and configured."""
