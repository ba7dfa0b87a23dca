"""JUnit XML from the verdicts: a suite per capability, a case per example and check, for any build server.

JUnit knows no "inconclusive": it becomes an ``error``, so that no evidence is never taken for a pass.
"""

from itertools import groupby
from xml.etree import ElementTree as ET

from reports.cleaning import line
from reports.evidence import seconds
from reports.language import Texts
from reports.run_files import HISTORY, RunFiles
from reports.sentence import why_incomplete
from simulator.domain.requirement import Catalogue
from simulator.domain.verdict import Verdict


def junit_xml(run: RunFiles, catalogue: Catalogue, texts: Texts) -> bytes:
    """The whole file, UTF-8."""
    name = line(run.candidate.get("name") or "journalbenk")
    top = ET.Element("testsuites", name=name)
    ordered = sorted(enumerate(run.verdicts), key=lambda pair: (pair[1].capability, pair[1].requirement, pair[0]))
    for capability, group in groupby((verdict for _, verdict in ordered), key=lambda verdict: verdict.capability):
        title = line(texts.pick(catalogue.capabilities.get(capability, capability)))
        suite = ET.SubElement(top, "testsuite", name=f"{line(capability)} {title}")
        for verdict in group:
            _case(suite, verdict, run)
        _count(suite)
    if not run.complete:
        suite = ET.SubElement(top, "testsuite", name="run")
        case = ET.SubElement(suite, "testcase", classname="run", name="state", time="0.000")
        ET.SubElement(case, "error", type="partial", message=why_incomplete(run, texts))
        _count(suite)
    _count(top)
    ET.indent(top)
    written: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ET.Element, verdict: Verdict, run: RunFiles) -> None:
    took = seconds(run.histories.get(verdict.example))
    name = f"{line(verdict.example)} [{line(verdict.rule)} {line(verdict.check)}]"
    case = ET.SubElement(suite, "testcase", classname=line(verdict.requirement), name=name, time=f"{took:.3f}")
    message = line(verdict.message)
    if verdict.outcome == "fail":
        ET.SubElement(case, "failure", type=verdict.attribution, message=message).text = _pointer(verdict)
    elif verdict.outcome in ("inconclusive", "error"):
        ET.SubElement(case, "error", type=verdict.outcome, message=message).text = _pointer(verdict)
    elif verdict.outcome == "not_applicable":
        ET.SubElement(case, "skipped", message=message)


def _pointer(verdict: Verdict) -> str:
    numbers = ", ".join(str(number) for number in verdict.evidence) or "-"
    return f"{verdict.level} {line(verdict.rule)}; {HISTORY}: {line(verdict.example)}: {numbers}"


def _count(node: ET.Element) -> None:
    cases = list(node.iter("testcase"))
    node.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        node.set(attribute, str(sum(1 for case in cases if case.find(tag) is not None)))
    node.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
