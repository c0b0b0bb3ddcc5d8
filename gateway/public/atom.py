"""A page of reports as an Atom feed (RFC 4287), with places as GeoRSS knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as Xml

from gateway.open311.formats import printable
from services.chassis.text import Language, Text

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
# of a feed without entries: it must have a time, and nothing in it has changed
_NEVER = "1970-01-01T00:00:00+00:00"
_TITLE = Text("Reports, {city}", id="Laporan warga, {city}")
Xml.register_namespace("", ATOM)
Xml.register_namespace("georss", GEORSS)


@dataclass(frozen=True)
class Feed:
    """base: what links begin with. query: of the request. known: the answer of list_categories."""

    base: str
    query: str
    language: Language
    known: dict[str, Any]

    def written(self, page: dict[str, Any]) -> bytes:
        """The feed in UTF-8."""
        feed = Xml.Element(f"{{{ATOM}}}feed")
        _text(feed, "id", self._address())
        _text(feed, "title", _TITLE.in_language(self.language).format(city=self.known["city"]))
        _text(feed, "updated", max((one["updated_at"] for one in page["items"]), default=_NEVER))
        _text(_element(feed, "author"), "name", self.known["city"])
        _link(feed, "self", self._address(), "application/atom+xml")
        if page["next"]:
            following = self._address(cursor=page["next"])
            _link(feed, "next", following, "application/atom+xml")
        names = {one["code"]: one["name"] for one in self.known["items"]}
        for report in page["items"]:
            self._add(feed, report, names.get(report["category"], report["category"]))
        written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
        return written

    def _add(self, feed: Xml.Element, report: dict[str, Any], category: str) -> None:
        entry, here = _element(feed, "entry"), f"{self.base}/v1/reports/{report['id']}"
        _text(entry, "id", f"urn:uuid:{report['id']}")
        _text(entry, "title", ", ".join(filter(None, (category, report["area_name"]))))
        _text(entry, "updated", report["updated_at"])
        _text(entry, "published", report["created_at"])
        _text(entry, "summary", report["description"])
        _element(entry, "category", term=report["category"], label=printable(category))
        _element(entry, "category", term=report["state"], scheme=f"{self.base}/states")
        _link(entry, "alternate", here, "application/json")
        for photo in report["photos"]:
            _link(entry, "enclosure", f"{here}/photos/{photo['n']}", "image/jpeg")
        place = Xml.SubElement(entry, f"{{{GEORSS}}}point")
        place.text = f"{report['lat']} {report['long']}"

    def _address(self, **more: str) -> str:
        query = urlencode(dict(parse_qsl(self.query, keep_blank_values=True)) | more)
        return f"{self.base}/v1/reports.atom" + (f"?{query}" if query else "")


def _element(parent: Xml.Element, name: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: Xml.Element, name: str, text: str) -> None:
    _element(parent, name).text = printable(text)


def _link(parent: Xml.Element, rel: str, href: str, kind: str) -> None:
    _element(parent, "link", rel=rel, href=href, type=kind)
