"""A rendered page, read back for what stands in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """An element of the page with the text right inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page, in order."""

    elements: list[Element] = field(default_factory=list)
    visible_text: list[str] = field(default_factory=list)
    within_code: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within_code = tag in {"script", "style"}
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.within_code = self.within_code and tag not in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if self.within_code:
            self.elements[-1].text += data
        else:
            self.visible_text.append(data)

    def all(self, tag: str) -> list[Element]:
        """Elements of a kind, in their order."""
        return [element for element in self.elements if element.tag == tag]

    def script(self, element_id: str) -> str:
        """Text of the script of an id."""
        return next(s.text for s in self.all("script") if s.attributes.get("id") == element_id)


def read_page(html: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(html)
    return page
