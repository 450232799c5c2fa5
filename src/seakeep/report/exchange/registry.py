"""The forms, by the name that `-o` takes."""

from collections.abc import Callable, Mapping

from seakeep.report.check import CheckReport
from seakeep.report.exchange import html, junit, policyreport, prometheus, sarif

FORMS: Mapping[str, Callable[[CheckReport], str]] = {
    "sarif": sarif.text,
    "junit": junit.text,
    "html": html.text,
    "prometheus": prometheus.text,
    "policyreport": policyreport.text,
}
