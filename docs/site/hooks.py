"""Hooks of MkDocs: pages that are taken from docs or made from the code, and the look for outside loads."""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from docs.site.reference import reference_pages
from docs.site.sources import (
    DOCUMENTS,
    SITE,
    document,
    images,
    lead_within_the_site,
    outside_load,
)

#: a line break within a Chinese sentence, which a browser would show as a space
CHINESE = "\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e“”"
BROKEN_LINE = re.compile(rf"(?<=[{CHINESE}])\n(?=[{CHINESE}]|\[|\*\*)")
CODE = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)
ENGLISH_ONLY = '!!! note ""\n    本页只有英文。\n\n'


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is not written in the folder of the language."""
    language = str(config.theme["language"])
    for page in DOCUMENTS:
        text = document(page, language).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    for page, text in reference_pages(language).items():
        files.append(File.generated(config, page, content=text))
    own = {SITE / name: name for name in ("site.css", "iframe-worker.js")}
    for path, name in {**images(), **own}.items():
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Lead the links of the repository to the pages of the site."""
    language, name = str(config.theme["language"]), page.file.src_uri
    source = document(name, language) if name in DOCUMENTS else SITE / language / name
    foreign = language == "zh" and name in DOCUMENTS and not source.stem.endswith(".zh-CN")
    note = ENGLISH_ONLY if foreign and name != "reference/glossary.md" else ""
    heading, line, rest = markdown.partition("\n")
    text = f"{heading}{line}\n{note}{rest}" if heading.startswith("# ") else note + markdown
    return lead_within_the_site(_join_lines(text), source, name, language)


def _join_lines(text: str) -> str:
    pieces = CODE.split(text)
    return "".join(
        piece if piece.startswith("```") else BROKEN_LINE.sub("", piece) for piece in pieces
    )


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Switch languages on the page one is reading."""
    return _replace_alternates(output, page.url, config)


def on_post_template(output_content: str, config: MkDocsConfig, **_: Any) -> str:
    """Switch languages on the page of addresses that are not there."""
    return _replace_alternates(output_content, "index.html", config)


def _replace_alternates(output: str, url: str, config: MkDocsConfig) -> str:
    # the filter of the theme would take away what leads out of the folder of a language
    for other in config.extra["alternate"]:
        path = posixpath.relpath(other["folder"] + url, posixpath.dirname(url) or ".")
        output = output.replace(f'"{other["link"]}"', f'"{path}"')
    return output


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site that loads anything from elsewhere."""
    for path in Path(config.site_dir).rglob("*.*"):
        if path.suffix in (".html", ".css") and (
            load := outside_load(path.read_text(encoding="utf-8"))
        ):
            raise PluginError(f"{path} loads from elsewhere: {load}")
