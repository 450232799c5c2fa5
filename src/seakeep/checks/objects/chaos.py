"""The kinds of Chaos Mesh."""

KINDS = (
    "PodChaos", "NetworkChaos", "IOChaos", "StressChaos", "TimeChaos", "KernelChaos", "DNSChaos", "HTTPChaos",
    "JVMChaos", "BlockChaos",
)  # fmt: skip
"""Those that select pods."""

TYPES = tuple(f"chaos-mesh.org/{kind}" for kind in KINDS)
