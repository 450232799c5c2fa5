"""Objects of the tools that operators add: Chaos Mesh, Velero, cert-manager."""
