"""What stands around every page."""

from __future__ import annotations

from json import dumps
from pathlib import Path

import streamlit as st

from eligibility.app import address, session
from eligibility.app.translation import browser_language, language
from eligibility.app.translation import text as _
from eligibility.app.widgets import page_script
from eligibility.app.widgets.markup import tag
from eligibility.i18n import LANGUAGES

STYLE = Path(__file__).parents[1] / "style.css"
#: a file of our own: Streamlit fetches named icons of a tab from outside
ICON = Path(__file__).parents[1] / "icon.svg"
#: each language in its own words
NAMES = {"zh": "中文", "en": "English"}


def style() -> None:
    """The look of what Streamlit has no widget for."""
    st.html(STYLE)


def paper_limits(within: str = ".stApp") -> None:
    """What the uploaders of papers in a part of the page take, in place of what one of tables takes."""
    words = _("PDF, Word, Excel, CSV or zip, up to {n} MB").format(
        n=st.get_option("server.maxUploadSize")
    )
    st.html(f"<style>{within}{{--file-limits:{dumps(words, ensure_ascii=False)}}}</style>")


def own_words() -> None:
    """Streamlit speaks English only; its uploader and drawer are given words of this language."""
    texts = {
        "menu": _("Pages"),
        "choose-file": _("Choose a file"),
        "file-limits": _("CSV or Excel, up to {n} MB").format(
            n=st.get_option("server.maxUploadSize")
        ),
    }
    declared = "".join(
        f"--{name}:{dumps(text, ensure_ascii=False)};" for name, text in texts.items()
    )
    st.html(f"<style>.stApp{{{declared}}}</style>")


def masthead() -> None:
    """The name of the tool and the choice of language."""
    address.follow_language(NAMES, browser_language().id)
    refusals = (
        _("The file is larger than {n} MB.").format(n=st.get_option("server.maxUploadSize")),
        _("A file of this kind is not read here."),
        _("The server did not take the file. Reload the page and choose it again."),
    )
    page_script.speak(language().tag, address.named_language(), refusals)
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="masthead",
    ):
        name = st.container(width="content")
        st.segmented_control(
            "语言 / Language",
            list(LANGUAGES),
            required=True,
            format_func=NAMES.__getitem__,
            key=session.LANGUAGE_CHOICE,
            label_visibility="collapsed",
            on_change=address.put_language,
        )
        name.html(tag("p", _("High-tech enterprise certification: eligibility"), cls="brand"))


def footer() -> None:
    """What the result is and is not."""
    st.html(
        tag(
            "p",
            _(
                "The result follows the published rules and the figures entered; the certifying "
                "authority decides. A file that is screened is kept for this session only; what is "
                "imported or typed into a self-assessment is stored in this service."
            ),
            cls="muted foot",
        )
    )
