"""Names of the published schemas, and XML read without trust: no DTD, no entities, no network, no strange encodings.

Hodemelding v1.2 (HIS 80601:2006), PLO v1.6 (HIS 80704:2014), AppRec v1.0 (HIS 80415:2004).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from simulator.journal.errors import refuse

Element = etree._Element  # noqa: SLF001  lxml publishes no other name for the type of its elements
HEAD: Final = "http://www.kith.no/xmlstds/msghead/2006-05-24"
PO: Final = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"
LOGISTICS: Final = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
ADMISSION: Final = "http://www.kith.no/xmlstds/po/Innleggelsesrapport/2012-04-01"
APPLICATION: Final = "http://www.kith.no/xmlstds/po/HelseopplysningerVedSoknad/2012-04-01"
DISCHARGE: Final = "http://www.kith.no/xmlstds/po/TverrfagligEpikrise/2012-04-01"
NOTES: Final = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"
META: Final = "http://www.kith.no/xmlstds/epj/meta/2008-02-20"
APPREC: Final = "http://www.kith.no/xmlstds/apprec/2004-11-21"
OID: Final = "2.16.578.1.12.4.1.1"
MEDIA: Final = "application/xml"
OSLO: Final = ZoneInfo("Europe/Oslo")
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS: Final = frozenset({b"utf-8", b"iso-8859-1", b"us-ascii"})


def read(body: bytes) -> Element:
    """The root of a document.

    Raises:
        FhirError: 400, it is not well-formed XML, declares a DTD, or is in an encoding that could hide one.
    """
    declared = _DECLARED.match(body.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in body or (declared and declared[1].lower() not in _ENCODINGS):
        raise refuse(400, "structure", "the XML is in UTF-8 or ISO-8859-1")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise refuse(400, "structure", "the XML declares a document type, which messages never do")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise refuse(400, "structure", f"the body is not well-formed XML: {error.msg}") from None


def written(root: Element) -> bytes:
    """A document as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def namespace(element: Element) -> str:
    """An element's namespace; empty without one."""
    return etree.QName(element).namespace or ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at the end of a path of local names."""
    for name in path:
        element = next((one for one in children(element) if local(one) == name), None)
    return element


def children(element: Element | None) -> Iterator[Element]:
    """The elements directly below one."""
    if element is not None:
        yield from (one for one in element if isinstance(one.tag, str))


def text(element: Element | None, *path: str) -> str:
    """The text of the element at the end of a path, white space around it left out; empty without any."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def value(element: Element | None, *path: str, of: str = "V") -> str:
    """An attribute of the element at the end of a path; empty without it."""
    found = child(element, *path)
    return str(found.get(of, "")).strip() if found is not None else ""


def new(name: str, space: str) -> Element:
    """A root element whose namespace is the document's own."""
    return etree.Element(f"{{{space}}}{name}", {}, {None: space})  # type: ignore[dict-item]  # None is lxml's default namespace


def add(parent: Element, name: str, words: str = "", space: str = "", **attributes: str) -> Element:
    """A new last element, in its parent's namespace or another."""
    made = etree.SubElement(parent, f"{{{space or namespace(parent)}}}{name}", {}, None)
    made.text = words or None
    for key, word in attributes.items():
        made.set(key, word)
    return made


def zoned(moment: str) -> str:
    """A time of a message with its zone: the Norwegian one when it says none; a date as it is, anything else empty."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", moment):
            return moment if datetime.fromisoformat(moment) else ""
        found = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return (found if found.tzinfo else found.replace(tzinfo=OSLO)).isoformat()
