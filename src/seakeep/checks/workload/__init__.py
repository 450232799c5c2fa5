"""What pods are made from: POD."""
