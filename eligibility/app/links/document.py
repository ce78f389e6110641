"""The frame of a page that a link opens: one document with its own look, for a phone first."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.i18n import Language

STYLE = Path(__file__).with_name("page.css")
#: of the readers, whose browser does not say theirs: China Standard Time
ZONE = timezone(timedelta(hours=8))


def day(moment: datetime) -> str:
    """A moment as its day in China."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """A moment as day and time in China."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def document(title: str, parts: list[Markup], language: Language) -> str:
    """A whole page as HTML; no script, nothing from outside, not for search engines."""
    _ = language.text
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="robots" content="noindex, nofollow">'),
        Markup('<meta name="format-detection" content="telephone=no">'),
        tag("title", title),
        tag("style", Markup(STYLE.read_text(encoding="utf-8"))),
    )
    brand = tag("header", tag("p", _("High-tech enterprise certification: eligibility")))
    body = tag("body", brand, tag("main", *parts))
    spoken = "zh-CN" if language.id == "zh" else "en"
    return f"<!doctype html>{tag('html', head, body, lang=spoken)}"


def sentence_page(sentence: str, language: Language) -> str:
    """A page that says one sentence."""
    _ = language.text
    return document(_("Link"), [tag("p", sentence, cls="notice refused", role="alert")], language)


def validity(sender: str, at: datetime, until: datetime, language: Language) -> Markup:
    """Who sent a link and when, and until when it holds."""
    _ = language.text
    words = _("Sent by {sender} on {day}. This link holds until {until}.").format(
        sender=sender, day=day(at), until=day(until)
    )
    return tag("p", words, cls="quiet")


def section(title: str, *children: str, cls: str = "") -> Markup:
    """A card with a heading."""
    return tag("section", tag("h2", title), join(children), cls=cls)
