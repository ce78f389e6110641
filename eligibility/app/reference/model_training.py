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
    from eligibility.readiness.training_data import TrainingData

FILE, REGISTER = "file", "register"


def train(current: TrainingResult | None, folder: Path) -> None:
    """Past applications → rows and rejects → candidates compared → taken, or thrown away."""
    past = _lessons()
    if past is None:
        return
    _rows(past)
    model = session.new_model()
    if model is None or model.model.training.sha256 != past.sha256:
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
    _comparison(current, model, past)
    with st.container(horizontal=True):
        if st.button(_("Use this model from now on"), type="primary"):
            _take(model, folder)
        st.button(_("Throw it away"), on_click=session.forget_trained)


def check(current: TrainingResult | None) -> None:
    """New outcomes → keep or retrain, why, and the calibration plot."""
    if current is None:
        st.write(_("There is no model to check."))
        return
    st.write(
        _("What became of applications that the model has not seen: does it still say the truth?")
    )
    past = _file(session.NEW_OUTCOMES, current.model.training.edition)
    if past is None:
        return
    _rows(past)
    from eligibility.readiness.model_card import monitoring_text
    from eligibility.readiness.monitoring import watch

    if past.sha256 == current.model.training.sha256:
        words = _("The model learned from this very file; it cannot be checked by it.")
        st.html(tag("p", words, cls="notice"))
        return
    try:
        result = watch(current.model, past)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    verdict, *figures = monitoring_text(result, language())
    st.html(tag("p", tag("strong", verdict), cls="notice"))
    for line in figures:
        st.html(tag("p", line))
    calibration(result.bins)


def _lessons() -> TrainingData | None:
    """Past applications from a file, or from the register where it holds any."""
    from eligibility.readiness.training_data import past_of_records

    applications = auth.repository().applications.past_applications(cache.scheme().id)
    if not applications:
        return _file(session.PAST)
    words = {
        REGISTER: _("From the register: {n} decided applications").format(n=len(applications)),
        FILE: _("From a file"),
    }
    source = st.segmented_control(
        _("Past applications"),
        list(words),
        default=REGISTER,
        required=True,
        format_func=words.__getitem__,
        key=session.LESSONS,
        persist_state="session",
    )
    if source == REGISTER:
        return past_of_records(applications, cache.scheme())
    return _file(session.PAST)


def _file(key: str, edition: str | None = None) -> TrainingData | None:
    """Past applications of an uploaded file, kept under that key; None until it can be used.

    By the rules in force, unless those of an edition are named.
    """
    upload_file = session.file(key)
    if upload_file is None:
        upload_field(
            _("Past applications (CSV or Excel, one application a row)"),
            upload.TYPES,
            key,
            on_change=partial(session.keep_file, key),
        )
        return None
    with st.container(horizontal=True, vertical_alignment="center", key=f"source-{key}"):
        st.html(tag("p", _("Applications of "), tag("strong", upload_file.name), cls="notice"))
        st.button(
            _("Take another file"),
            key=f"other-{key}",
            on_click=session.forget_file,
            args=(key,),
            type="tertiary",
        )
    try:
        headers = cache.seen_past(upload_file).headers
        upload.columns_left_out(headers)
        if not upload.unit(headers, session.unit_key(key)):
            return None
        with st.spinner(_("Reading and assessing…")):
            return cache.past(upload_file, session.file_unit(key), edition)
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return None


def _rows(past: TrainingData) -> None:
    """Rows read, rejected, left out, and what became of the others."""
    batch, count = past.batch, len(past.labels)
    certified = int(past.labels.sum())
    lines = [
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
    lines += [words.format(count=f"{rows:,}") for rows, words in left_out if rows]
    st.html(tag("p", *(tag("span", words) for words in lines), cls="counts"))
    if past.synthetic:
        words = _("These applications are invented; what is learned from them is a demonstration.")
        st.html(tag("p", words, cls="notice"))
    notices.rejected_rows(batch)


def _train(past: TrainingData) -> None:
    """Train with its progress in sight; any click, such as on Stop, ends it at the next fit."""
    from eligibility.readiness.training import train as learn

    bar = st.progress(0.0)
    st.button(_("Stop"))

    def progress(what: str, share: float) -> None:
        bar.progress(share, text=_("Fitting: {what}").format(what=_(what)))

    try:
        session.keep_trained(learn(past, cache.scheme().id, progress=progress))
    except InputError as error:
        bar.empty()
        notices.show_refusal(error, language())
        return
    st.rerun()


def _comparison(
    current: TrainingResult | None, candidate: TrainingResult, past: TrainingData
) -> None:
    """The candidates, what so many applications allow, and the model in use beside the new one."""
    measured, best = candidate.metrics["by_cross_validation"], candidate.metrics["chosen"]
    st.subheader(_("The new model"), anchor=False)
    st.html(tag("p", candidate.words.say(language())))
    if not measured:
        from eligibility.readiness.model_card import NOT_COMPARED

        st.write(_(NOT_COMPARED))
        return
    st.html(candidates(measured, best))
    if current is None:
        return
    st.subheader(_("Before and after"), anchor=False)
    from eligibility.readiness.monitoring import watch

    try:
        before = watch(current.model, past).measures
    except EligibilityError as error:
        notices.show_refusal(error, language())
        return
    rows = {_("in use now"): before, _("new, on rows left out of its fit"): measured[best]}
    st.html(measures(rows, None))
    if current.model.training.sha256 == past.sha256:
        words = _("The model in use learned from these very rows, so it looks better than it is.")
    else:
        words = _(
            "Both on these {n} applications. If the model in use learned from some of them, it "
            "looks better than it is."
        )
    st.caption(words.format(n=f"{len(past.labels):,}"))


def _take(candidate: TrainingResult, folder: Path) -> None:
    """Put the new model in the place of the one in use."""
    from eligibility.readiness.artifact import replace

    try:
        replace(candidate, folder)
    except EligibilityError as error:
        notices.show_refusal(error, language())
    else:
        session.forget_trained(by_another=True)
        st.rerun()
