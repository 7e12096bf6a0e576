"""Pages as a strict reader sees them."""
import re
import urllib.parse

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
KILOBYTES_MAX = 40


def tree(text):
    """The document; html5lib raises at the first thing that the standard calls an error."""
    return html5lib.HTMLParser(strict=True).parse(text)


def all_of(root, name):
    return root.iter(HTML + name)


def text_of(element):
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def is_a_page(response):
    """Asserts what every page promises; its document."""
    assert response.headers["Content-Type"].replace(" ", "").lower() == "text/html;charset=utf-8"
    assert len(response.content) <= KILOBYTES_MAX * 1000, f"{len(response.content)} bytes"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["Referrer-Policy"]
    root = tree(response.text)
    assert root.get("lang", "")[:2] in ("zh", "en") and [t for t in all_of(root, "title") if text_of(t)]
    for e in root.iter():
        if isinstance(e.tag, str):
            assert e.tag != HTML + "style" and "style" not in e.attrib, "inline style"
            assert e.tag != HTML + "script" or e.get("src"), "inline script"
            assert not [a for a in e.attrib if a.startswith("on")], f"inline handler {e.attrib}"
    ids = [e.get("id") for e in root.iter() if isinstance(e.tag, str) and e.get("id")]
    assert len(ids) == len(set(ids)), "an id is there twice"
    return root


def links(root):
    return [a.get("href") for a in all_of(root, "a") if a.get("href")]


class Form:
    """A form as a browser without scripts would send it."""

    def __init__(self, root, base, where):
        forms = [f for f in all_of(root, "form") if where in f.get("action", "")]
        assert len(forms) == 1, f"{len(forms)} forms that go to …{where}…"
        self.action = urllib.parse.urljoin(base, forms[0].get("action"))
        self.method = forms[0].get("method", "get").lower()
        fields = [e for e in forms[0].iter() if isinstance(e.tag, str) and e.get("name")]
        self.names = {e.get("name") for e in fields}
        self.hidden = {e.get("name"): e.get("value", "") for e in fields if e.get("type") == "hidden"}
        self.elements = {e.get("name"): e for e in fields}
