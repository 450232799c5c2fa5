"""Prometheus' text format, for a textfile collector or a push gateway."""

from collections import Counter

from seakeep.report.check import CheckReport


def text(report: CheckReport) -> str:
    """Gauges. A share that is not known is left out: no number is better than a wrong one."""
    summary = report.summary
    lines = [
        "# HELP seakeep_check_verdict 1 for the verdict of the run.",
        "# TYPE seakeep_check_verdict gauge",
        f'seakeep_check_verdict{{verdict="{report.verdict}"}} 1',
    ]
    for name, value in (("readiness", report.readiness), ("coverage", report.coverage)):
        if value is not None:
            lines += [f"# TYPE seakeep_check_{name}_ratio gauge", f"seakeep_check_{name}_ratio {value}"]
    lines.append("# TYPE seakeep_check_answers gauge")
    for name in ("passed", "failed", "unknown", "not_applicable", "waived"):
        lines.append(f'seakeep_check_answers{{verdict="{name}"}} {getattr(summary, name)}')
    lines += ["# TYPE seakeep_check_objects gauge", f"seakeep_check_objects {summary.objects}"]
    lines.append("# TYPE seakeep_check_findings gauge")
    counts = Counter(
        (each.id, str(each.severity), str(each.verdict), each.resource.namespace) for each in report.findings
    )
    for (id_, severity, verdict, namespace), count in sorted(counts.items()):
        labels = f'id="{id_}",severity="{severity}",verdict="{verdict}",namespace="{_escaped(namespace)}"'
        lines.append(f"seakeep_check_findings{{{labels}}} {count}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
