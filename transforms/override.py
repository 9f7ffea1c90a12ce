"""What a source's YAML says of its pages: what to take out of them, and where fields stand."""

from crawlers.source import STATE, Override
from transforms.document import Document, lines_in, lines_of_html
from transforms.embedded import at_path, values_in


def override(document: Document, rules: Override) -> dict[str, str]:
    """Take out what the source's YAML drops, and return the fields that it places, as far as the page has them."""
    for css in rules.drop:
        for node in document.tree.cssselect(css):
            node.drop_tree()
    found: dict[str, str] = {}
    for field, place in rules.places().items():
        if place.startswith(STATE):
            text = at_path(values_in(document.scripts), place.removeprefix(STATE)) or ""
            lines = lines_of_html(text) if "<" in text else text.splitlines()
        else:
            lines = [line.text for node in document.tree.cssselect(place)[:1] for line in lines_in(node)]
        if lines:
            found[field] = ("\n" if field == "body" else " ").join(lines)
    return found
