"""The card of the model in use, or why there is none and how to come by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app.firm.readiness import caveats, demonstration
from eligibility.app.reference.calibration import calibration
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button
from eligibility.app.widgets.markup import Markup, tag
from eligibility.domain.text import Message
from eligibility.readiness.paths import CARD
from eligibility.schemes.registry import DEFAULT_SCHEME, load_scheme

if TYPE_CHECKING:
    from eligibility.readiness.training import TrainingResult

MEASURES = ("log_loss", "brier", "calibration_error", "auc")
EXAMPLE = f"""python -m eligibility simulate -n 600 -o past.csv
python -m eligibility train past.csv -o models/{DEFAULT_SCHEME}"""


def none(why: Message | None, teaches: bool) -> None:
    """No model: nothing is said of readiness, and what to do about it."""
    if why is not None:
        st.html(tag("p", why.say(language()), cls="notice"))
    st.write(
        _(
            "Without a model nothing is said of readiness; conditions, score and gaps do not need "
            "one."
        )
    )
    if not teaches:
        return
    st.write(
        _(
            "To train one, give past applications below: the columns of the table of firms, with "
            "the year of application (applied_year) and whether it was certified (certified)."
        )
    )
    st.caption(_("On the command line, with invented applications to try it:"))
    st.code(EXAMPLE, language="bash")


def card(result: TrainingResult, folder: Path) -> None:
    """What it learned from, how good it is, what must be kept in mind."""
    from eligibility.readiness.model_card import NOT_COMPARED, about

    training_summary, metrics = result.model.training, result.metrics
    st.html(
        tag(
            "section",
            *(demonstration() if training_summary.synthetic else ()),
            tag("p", tag("strong", about(training_summary, language()))),
            tag("p", result.words.say(language())),
            caveats(training_summary.synthetic),
            cls="readiness",
        )
    )
    st.header(_("Are its chances right?"), anchor=False)
    if metrics["calibration"]:
        calibration(metrics["calibration"])
    else:
        st.write(_(NOT_COMPARED))
    with st.expander(_("Details: measures of every estimator, rules, file")):
        _details(result)
    download_button.button(
        _("Download the card (Markdown)"),
        lambda: (folder / CARD).read_bytes(),
        file_name=CARD,
        mime="text/markdown",
        icon=":material/download:",
    )


def _details(result: TrainingResult) -> None:
    """What only who compares models reads: measures, the rules learned under, the file."""
    training_summary, metrics = result.model.training, result.metrics
    if metrics["by_cross_validation"]:
        sentence = _("Cross-validated ({folds} folds, {repeats} times):")
        st.caption(sentence.format(folds=metrics["folds"], repeats=metrics["repeats"]))
        st.html(candidates(metrics["by_cross_validation"], metrics["chosen"]))
    if later := metrics["by_year"]:
        sentence = _(
            "Trained on earlier years, tried on {applications} applications from {year} on:"
        )
        st.caption(sentence.format(applications=later["applications"], year=later["tried_on_from"]))
        st.html(candidates(later["candidates"], metrics["chosen"]))
    if metrics["by_cross_validation"]:
        st.caption(
            _(
                "The chosen estimator is marked. Log-loss, Brier score and calibration error: "
                "less is better; AUC: more is better."
            )
        )
    scheme = load_scheme(training_summary.scheme)
    rules = _("Rules: {scheme}, {edition}; {features} features.").format(
        scheme=language().of(scheme.title),
        edition=language().of(scheme.edition(training_summary.edition).title),
        features=len(result.model.layout.names),
    )
    digest = _("SHA-256 of the file: {digest}").format(digest=training_summary.sha256)
    st.html(tag("section", tag("p", rules), tag("p", digest), cls="muted digest"))


def candidates(metrics: Mapping[str, Mapping[str, float]], best: str) -> Markup:
    """The measures of every candidate, the best first, the chosen one marked."""
    from eligibility.readiness.baselines import TITLES

    order = sorted(metrics, key=lambda name: metrics[name]["log_loss"])
    rows = {_(TITLES[name]): metrics[name] for name in order}
    return measures(rows, order.index(best))


def measures(rows: Mapping[str, Mapping[str, float]], highlight: int | None) -> Markup:
    """A row of measures for each name."""
    heads = (_("estimator"), _("log-loss"), _("Brier score"), _("calibration error"), "AUC")
    body = [
        tag(
            "tr",
            tag("td", f"✓ {name}" if place == highlight else name),
            *(tag("td", f"{metrics[measure]:.3f}") for measure in MEASURES),
            cls="chosen" if place == highlight else "",
        )
        for place, (name, metrics) in enumerate(rows.items())
    ]
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *body),
        cls="measures",
    )
