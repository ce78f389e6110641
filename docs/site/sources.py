"""Where the pages of the site come from: written here, taken from docs, or made from the code."""

from __future__ import annotations

import os
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
SITE = DOCS / "site"
#: page of the site -> document that it is; of one with a Chinese twin the Chinese site takes that
DOCUMENTS = {
    **{f"how-to/{name}.md": f"{name}.md" for name in ("papers", "staff", "evidence", "running", "privacy")},
    **{
        f"engineering/{name}.md": f"{name}.md"
        for name in ("ladder", "readiness", "api", "scale", "speed", "security", "testing")
    },
    "reference/glossary.md": "glossary.md",
    "decisions/index.md": "decisions/README.md",
    **{
        f"decisions/{path.name}": f"decisions/{path.name}"
        for path in sorted((DOCS / "decisions").glob("0*.md"))
    },
}  # fmt: skip
#: what a browser fetches by itself: a script, picture, frame, style or font of elsewhere
OUTSIDE = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)[^>]+src=["']?(?:https?:)?//[^>]*>"""
    r"""|<link(?![^>]+rel=["']?canonical)[^>]+href=["']?(?:https?:)?//[^>]*>"""
    r"""|url\(["']?(?:https?:)?//[^)]*\)|@import\s+["'](?:https?:)?//[^"']*""",
    re.IGNORECASE,
)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#:\s]+)(#[^)]*)?\)")

#: to the twin of a document, for which the site has its switch of languages
TWIN_LINK = re.compile(r"\s*·\s*\[(?:English|中文)\]\([^)]*\)")


def document(page: str, language: str) -> Path:
    """The document that a page of the site is, in its language where there is one."""
    path = DOCS / DOCUMENTS[page]
    twin = path.with_suffix(".zh-CN.md")
    return twin if language == "zh" and twin.exists() else path


def pages(language: str) -> dict[Path, str]:
    """File of the repository -> page of the site, for what is written and what is taken."""
    folder = SITE / language
    written = {path: path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    # a link to either twin leads to the page in the reader's language
    twins = {document(page, either): page for page in DOCUMENTS for either in ("en", "zh")}
    return written | twins


def images() -> dict[Path, str]:
    """Picture of the repository -> file of the site."""
    return {path: f"images/{path.name}" for path in (DOCS / "images").glob("*.png")}


def lead_within_the_site(text: str, source: Path, page: str, language: str) -> str:
    """A page whose links lead within the site; what the site does not have is named without a link."""
    targets = pages(language) | images()

    def site_link(match: re.Match[str]) -> str:
        mark, words, link, anchor = match.groups()
        target = targets.get((source.parent / link).resolve())
        if target is None:
            return words
        path = os.path.relpath(target, Path(page).parent)
        # the headings of a twin in the other language have other names
        same = (
            (source.parent / link).resolve() in (source, document(target, language))
            if target in DOCUMENTS
            else True
        )
        return f"{mark}[{words}]({path}{(anchor or '') if same else ''})"

    return LINK.sub(site_link, TWIN_LINK.sub("", text))


def outside_load(text: str) -> str | None:
    """The first thing of a page or style sheet that a browser would fetch from elsewhere."""
    found = OUTSIDE.search(text)
    return found[0] if found else None
