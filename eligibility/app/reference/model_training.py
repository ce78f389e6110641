"""For staff: a model trained from past applications, compared, taken; and checked on new outcomes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app import auth, cache, session
from eligibility.app.reference.calibration import calibration
from eligibility.app.reference.model_card import candidates, measures
from eligibility.app.screening import upload
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import EligibilityError, InputError

if TYPE_CHECKING:
    from eligibility.readiness.training import TrainingResult
    from eligibility.readiness.training_data import Past

FILE, REGISTER = "file", "register"


def train(held: TrainingResult | None, folder: Path) -> None:
    """Past applications → rows and rejects → candidates compared → taken, or thrown away."""
    past = _lessons()
    if past is None:
        return
    _rows(past)
    made = session.new_model()
    if made is None or made.model.learned.sha256 != past.sha256:
        st.caption(
            _(
                "A minute or a few, by the number of applications. The model in use stays until you "
                "take the new one."
            )
        )
        begin = st.empty()
        if begin.button(_("Train"), type="primary"):
            begin.empty()
            _train(past)
        return
    _comparison(held, made, past)
    with st.container(horizontal=True):
        if st.button(_("Use this model from now on"), type="primary"):
            _take(made, folder)
        st.button(_("Throw it away"), on_click=session.forget_trained)


def check(held: TrainingResult | None) -> None:
    """New outcomes → keep or retrain, why, and the calibration plot."""
    if held is None:
        st.write(_("There is no model to check."))
        return
    st.write(
        _("What became of applications that the model has not seen: does it still say the truth?")
    )
    past = _file(session.NEW_OUTCOMES, held.model.learned.edition)
    if past is None:
        return
    _rows(past)
    from eligibility.readiness.model_card import monitoring_text
    from eligibility.readiness.monitoring import watch

    if past.sha256 == held.model.learned.sha256:
        words = _("The model learned from this very file; it cannot be checked by it.")
        st.html(tag("p", words, cls="notice"))
        return
    try:
        found = watch(held.model, past)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    verdict, figures = monitoring_text(found, language())
    st.html(tag("p", tag("strong", verdict), cls="notice"))
    st.html(tag("p", figures))
    calibration(found.bins)


def _lessons() -> Past | None:
    """Past applications from a file, or from the register where it holds enough."""
    from eligibility.readiness.training_data import LEAST_OF_EACH, past_of_records

    kept = auth.repository().applications.past_applications(cache.scheme().id)
    certified = sum(bool(each["certified"]) for each in kept)
    if min(certified, len(kept) - certified) < LEAST_OF_EACH:
        return _file(session.PAST)
    words = {
        FILE: _("From a file"),
        REGISTER: _("From the register: {n} decided applications").format(n=len(kept)),
    }
    source = st.segmented_control(
        _("Past applications"),
        list(words),
        default=FILE,
        required=True,
        format_func=words.__getitem__,
        key=session.LESSONS,
        persist_state="session",
    )
    if source == REGISTER:
        return past_of_records(kept, cache.scheme())
    return _file(session.PAST)


def _file(key: str, edition: str | None = None) -> Past | None:
    """Past applications of an uploaded file, kept under that key; None until it can be used.

    By the rules in force, unless those of an edition are named.
    """
    kept = session.file(key)
    if kept is None:
        upload_field(
            _("Past applications (CSV or Excel, one application a row)"),
            upload.TYPES,
            key,
            on_change=partial(session.keep_file, key),
        )
        return None
    with st.container(horizontal=True, vertical_alignment="center", key=f"source-{key}"):
        st.html(tag("p", _("Applications of "), tag("strong", kept.name), cls="notice"))
        st.button(
            _("Take another file"),
            key=f"other-{key}",
            on_click=session.forget_file,
            args=(key,),
            type="tertiary",
        )
    try:
        headers = cache.seen_past(kept).headers
        upload.columns_left_out(headers)
        if not upload.unit(headers, session.unit_key(key)):
            return None
        with st.spinner(_("Reading and assessing…")):
            return cache.past(kept, session.file_unit(key), edition)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return None


def _rows(past: Past) -> None:
    """Rows read, rejected, left out, and what became of the others."""
    batch, count = past.batch, len(past.certified)
    certified = int(past.certified.sum())
    said = [
        _("{read} rows read = {scored} scored + {rejected} rejected").format(
            read=f"{batch.read:,}",
            scored=f"{len(batch.table):,}",
            rejected=f"{batch.read - len(batch.table):,}",
        ),
        _("{count} applications with an outcome: {certified} certified, {refused} refused").format(
            count=f"{count:,}", certified=f"{certified:,}", refused=f"{count - certified:,}"
        ),
    ]
    left_out = (
        (past.unknown, _("{count} rows left out: they do not say what became of them")),
        (
            past.elsewhere,
            _(
                "{count} applications under other rules count by the conditions they share with these"
            ),
        ),
    )
    said += [words.format(count=f"{rows:,}") for rows, words in left_out if rows]
    st.html(tag("p", *(tag("span", words) for words in said), cls="counts"))
    if past.invented:
        words = _("These applications are invented; what is learned from them is a demonstration.")
        st.html(tag("p", words, cls="notice"))
    notices.rejected_rows(batch)


def _train(past: Past) -> None:
    """Train with its progress in sight; any click, such as on Stop, ends it at the next fit."""
    from eligibility.readiness.training import train as learn

    bar = st.progress(0.0)
    st.button(_("Stop"))

    def progress(what: str, done: float) -> None:
        bar.progress(done, text=_("Fitting: {what}").format(what=_(what)))

    try:
        session.keep_trained(learn(past, cache.scheme().id, progress=progress))
    except InputError as error:
        bar.empty()
        notices.show_refusal(error, language())
        return
    st.rerun()


def _comparison(held: TrainingResult | None, made: TrainingResult, past: Past) -> None:
    """The candidates, what so many applications allow, and the model in use beside the new one."""
    measured, chosen = made.metrics["by_cross_validation"], made.metrics["chosen"]
    st.subheader(_("The new model"), anchor=False)
    st.html(tag("p", made.words.say(language())))
    st.html(candidates(measured, chosen))
    if held is None:
        return
    st.subheader(_("Before and after"), anchor=False)
    from eligibility.readiness.monitoring import watch

    try:
        before = watch(held.model, past).measures
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    rows = {_("in use now"): before, _("new, on rows left out of its fit"): measured[chosen]}
    st.html(measures(rows, None))
    if held.model.learned.sha256 == past.sha256:
        words = _("The model in use learned from these very rows, so it looks better than it is.")
    else:
        words = _(
            "Both on these {n} applications. If the model in use learned from some of them, it "
            "looks better than it is."
        )
    st.caption(words.format(n=f"{len(past.certified):,}"))


def _take(made: TrainingResult, folder: Path) -> None:
    """Put the new model in the place of the one in use."""
    from eligibility.readiness.artifact import replace

    try:
        replace(made, folder)
    except EligibilityError as error:
        notices.show_refusal(error, language())
    else:
        session.forget_trained(replaced=True)
        st.rerun()
