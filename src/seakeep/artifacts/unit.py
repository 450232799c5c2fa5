"""The text of systemd service files."""

from collections.abc import Sequence

SANDBOX = (
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectHome=yes",
    "ProtectSystem=full",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectControlGroups=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
)
"""For services that only talk over the network and write in their own folders. Every line also takes effect
inside a container that runs systemd; those built on seccomp are skipped by systemd on kernels without it."""

NOTICES_SILENCE = (("HTTP2_READ_IDLE_TIMEOUT_SECONDS", "5"), ("HTTP2_PING_TIMEOUT_SECONDS", "5"))
"""Environment for clients of the VIP that mostly listen. When the VIP moves, a watch is left on a connection on which
nobody will ever send again. Kubernetes' client library asks a silent one for a sign of life after 30 s and gives it up
after 15 more, in which kube-proxy learns of no change of a Service. k8s.io/apimachinery, pkg/util/net/http.go."""

ENVIRONMENT = "Environment=" + " ".join(f"{name}={value}" for name, value in NOTICES_SILENCE)
"""The same as a line of [Service]."""


def service(
    description: str,
    command: Sequence[str],
    settings: Sequence[str],
    *,
    after: Sequence[str] = (),
    wants: Sequence[str] = (),
    part_of: Sequence[str] = (),
) -> str:
    """A service file. `command` is the program and its arguments, one line each; `settings` go to [Service]. Units
    that it is `part_of` take it along when they are stopped or restarted.

    Starting is never rate-limited: a service that gives up needs a person, and every one of these recovers
    by trying again.
    """
    lines = ["[Unit]", f"Description={description}"]
    lines.append("After=" + " ".join(("network-online.target", *after)))
    lines.append("Wants=" + " ".join(("network-online.target", *wants)))
    if part_of:
        lines.append("PartOf=" + " ".join(part_of))
    lines += ["StartLimitIntervalSec=0", "", "[Service]"]
    lines.append("ExecStart=" + " \\\n  ".join(command))
    lines += list(settings)
    lines += ["", "[Install]", "WantedBy=multi-user.target"]
    return "\n".join(lines) + "\n"
