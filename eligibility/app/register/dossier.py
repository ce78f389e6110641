"""One firm of the store: who it is, what was found of it, now and before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.firm import (
    application_form,
    conditions,
    evidence,
    open_firm,
    papers,
    plan_sections,
    readiness,
    score,
    stress,
    verdict,
)
from eligibility.app.register import firms_query
from eligibility.app.register.change_words import change_lines
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import disclosure, guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import OF_VERDICT, badge, verdict_word
from eligibility.application_form.contents import FormContents
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.text import Message, msgid
from eligibility.intake import codes
from eligibility.reports.fact_sources import ConditionSources, sources_by_condition
from eligibility.store import EARLY_STAGES, STAGE_WORDS, Repository, Stage, audit_words

Row = Mapping[str, Any]
#: lines of the log before they scroll, and how high they are then
SHOWN, TALL = 16, 620
TABS = (
    "assessment",
    "beside",
    "plan",
    "certificate",
    "figures",
    "exchange",
    "documents",
    "tasks",
    "notes",
    "history",
)


def heading(firm: Row) -> None:
    """Name, codes, who looks after it, how far it has come."""
    facts = [firm[name] for name in ("uscc", "district", "industry", "carrier") if firm[name]]
    adviser = _("Adviser: {name}").format(name=firm["adviser"] or _("nobody"))
    stage = tag("span", _(STAGE_WORDS[Stage(firm["stage"])]), cls="stage")
    state = firm["verdict_state"]
    source = (
        tag("span", verdict_word(state, language()), cls=f"status {OF_VERDICT[state]}")
        if state
        else tag("span", _("not assessed yet"), cls="muted")
    )
    st.html(
        tag(
            "section",
            tag("h1", firm["name"] or _("Firm without a name")),
            tag("p", " · ".join([*facts, adviser]), cls="muted"),
            tag("p", stage, " ", source),
            cls="firm",
        )
    )


def tabs() -> str:
    """Which part of the dossier is asked for; it stands in the address."""
    words = {
        "assessment": _("Assessment"),
        "beside": _("This year and last"),
        "plan": _("Plan"),
        "certificate": _("Certificate"),
        "figures": _("Figures"),
        "exchange": _("From and to the firm"),
        "documents": _("Documents"),
        "tasks": _("Tasks"),
        "notes": _("Notes"),
        "history": _("History"),
    }
    tab = address.list_query().get(address.TAB, TABS[0])
    st.segmented_control(
        _("Part of the dossier"),
        TABS,
        format_func=words.__getitem__,
        required=True,
        key=address.query_widget_key(address.TAB, tab if tab in TABS else TABS[0]),
        on_change=address.set_query_from_widget,
        args=(address.TAB,),
        label_visibility="collapsed",
    )
    return tab if tab in TABS else TABS[0]


def master(repository: Repository, firm: Row) -> None:
    """Change stage, adviser and what the firm is called; a change made meanwhile is told."""
    section = disclosure.popover(_("Change"), f"change:{firm['id']}")
    if section is None:
        return
    advisers = {None: _("nobody")} | {
        row["id"]: row["name"] for row in repository.administration.advisers()
    }
    # a version that moved on gets other inputs, so that what is typed belongs to what was seen
    copy = session.edit_copy(f"firm:{firm['id']}", lambda: dict(firm))
    # one who left stays until another is chosen
    advisers = {copy["adviser_id"]: copy["adviser"] or _("nobody")} | advisers
    name = f"{firm['id']}:{copy['version']}"
    with section, st.form(f"master:{name}", border=False):
        # from an application on the stage follows the records
        stages = list(dict.fromkeys((copy["stage"], *(stage.value for stage in EARLY_STAGES))))
        stage = st.selectbox(
            _("Stage"), stages, format_func=lambda each: _(STAGE_WORDS[Stage(each)])
        )
        adviser = st.selectbox(
            _("Adviser"),
            list(advisers),
            list(advisers).index(copy["adviser_id"]),
            advisers.__getitem__,
        )
        seats = {copy["carrier_id"]: copy["carrier"] or _("no carrier")} | {
            row["id"]: row["name"] for row in repository.administration.carriers()
        }
        carrier = st.selectbox(
            _("Carrier"),
            list(seats),
            list(seats).index(copy["carrier_id"]),
            seats.__getitem__,
            disabled=len(seats) < 2,
        )
        entries = {
            field: st.text_input(label, copy[field] or "", max_chars=200)
            for field, label in (
                ("name", _("Name of the firm")),
                ("uscc", _("Credit code")),
                ("district", _("District")),
                ("industry", _("Industry")),
            )
        }
        is_correction = st.checkbox(
            _("What was there was wrong: keep no former name or carrier"),
            help=_("Else the name and the carrier of until today stay in the history."),
        )
        if st.form_submit_button(_("Save")):
            values = {field: text.strip() or None for field, text in entries.items()}
            values = {**values, "name": values["name"] or "", "carrier_id": carrier}
            # an adviser belongs to the carrier that is left
            values["adviser_id"] = None if carrier != copy["carrier_id"] else adviser
            guard.do(partial(_save, repository, copy, values, stage, is_correction))
            session.discard_edit(f"firm:{firm['id']}")
            st.rerun()
    if firm["version"] != copy["version"]:
        session.discard_edit(f"firm:{firm['id']}")
        st.rerun()


def _save(
    repository: Repository, application: Row, values: Row, stage: str, is_correction: bool
) -> Message:
    changed = {name: value for name, value in values.items() if application[name] != value}
    version = application["version"]
    if changed:
        if changed.get("uscc"):
            changed["uscc"] = _code(changed["uscc"])
        version = repository.firms.save(
            application["id"], changed, version, is_correction=is_correction
        )
    if stage != application["stage"]:
        repository.firms.set_stage({application["id"]: version}, stage)
    return Message(msgid("Saved."))


def _code(text: str) -> str:
    try:
        return codes.parse(text)
    except codes.WrongCode as error:
        raise InputError(
            "{code} is no credit code; expected {expectation}.",
            code=text, expectation=error.expectation,
        ) from error  # fmt: skip


def assessment(repository: Repository, firm: Row) -> None:
    """The latest assessment, or another one of its history, as it was kept."""
    assessments = repository.records.assessments(firm["id"])
    if not assessments:
        _none()
        return
    row_number = _choose(_("Assessment"), assessments, 0, session.LATEST)
    row = repository.records.assessment(row_number["id"])
    judged = firms_query.assess_facts(row["inputs"], cache.scheme(), row["record"])
    st.html(verdict.verdict_banner(judged))
    st.header(_("Conditions"), anchor=False)
    conditions.conditions(judged, _condition_sources(repository, firm, row, judged.table))
    st.header(_("Innovation score"), anchor=False)
    score.score(judged)
    lists = firms_query.lists_of(repository, firm["id"])
    stress.stress(judged, lists)
    evidence.evidence(judged, lists)
    if judged.record.get("readiness"):
        readiness.readiness(judged, cache.model()[0])


def _condition_sources(
    repository: Repository, firm: Row, assessment: Row, table: FirmTable
) -> dict[str, ConditionSources]:
    """Where the figures behind each condition come from, as far as the register knows."""
    year = assessment["as_of"].year
    sources = firms_query.sources_of(repository, firm, assessment["inputs"], year)

    def origin(key: str) -> tuple[str, str]:
        source = sources.get(key)
        return (source.paper, source.words) if source else ("", "")

    return sources_by_condition(table, origin, cache.scheme(), language())


def plan(repository: Repository, firm: Row) -> None:
    """The way to the certificate from the latest facts; papers tell the plan asked for here."""
    open = open_firm.from_register(repository, firm["id"])
    if open is None:
        _none()
        return
    plan_sections.plan(open)


def firm_papers(repository: Repository, firm: Row) -> None:
    """The papers of the firm as its latest facts have it, its application form, the list of papers."""
    st.header(_("Papers"), anchor=False)
    open = open_firm.from_register(repository, firm["id"])
    if open is None:
        _none()
        return
    papers.of_firm(open)
    law = open.firm.scheme.in_force(open.firm.application_date)
    contents = FormContents(open.firm.scheme, law, open.firm.table, open.lists)
    if contents.rules is not None:
        application_form.form_buttons(open.firm, contents)


def compare_assessments(repository: Repository, firm: Row) -> None:
    """Two assessments side by side; this year's and the last one's unless others are chosen."""
    assessments = repository.records.assessments(firm["id"])
    if len(assessments) < 2:
        if assessments:
            st.info(
                _("There is one assessment only; enter the figures of another year to compare.")
            )
        else:
            _none()
        return
    year = assessments[0]["as_of"].year
    before = next((n for n, row in enumerate(assessments) if row["as_of"].year < year), 1)
    with st.container(horizontal=True):
        chosen = (
            _choose(_("Earlier"), assessments, before, session.EARLIER),
            _choose(_("Later"), assessments, 0, session.LATEST),
        )
    # whichever is chosen where, the change is that from the older to the newer
    older, newer = sorted(chosen, key=lambda row: (row["as_of"], row["at"], row["id"]))
    _side_by_side(
        repository.records.assessment(older["id"])["record"],
        repository.records.assessment(newer["id"])["record"],
    )


def _none() -> None:
    st.info(_("Not assessed yet: enter figures under “Figures”, or import a file with them."))


def _choose(label: str, applications: Sequence[Row], place: int, key: str) -> Row:
    words = {
        number: _("applying on {day}, assessed {at}").format(day=row["as_of"], at=moment(row["at"]))
        for number, row in enumerate(applications)
    }
    name = f"{key}:{applications[0]['firm_id']}:{place}"
    selection = st.selectbox(label, list(words), place, words.__getitem__, key=name, width=360)
    return applications[selection]


def moment(at: datetime) -> str:
    """A moment as the reader's clock shows it; as this machine's where the browser names no zone."""
    try:
        zone = ZoneInfo(st.context.timezone or "")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        zone = None
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _side_by_side(earlier: Row, later: Row) -> None:
    was = {finding["id"]: finding for finding in earlier["findings"]}
    rows = [
        _row(
            finding["title"][language().id],
            _finding(was.get(finding["id"])),
            _finding(finding),
            _turn(was.get(finding["id"]), finding),
        )
        for finding in later["findings"]
    ]
    gained = later["score"]["low"] - earlier["score"]["low"]
    rows.append(
        _row(
            _("Score"),
            _points(earlier["score"]),
            _points(later["score"]),
            _("certain points {n}").format(n=f"{'+' if gained > 0 else ''}{fmt.number(gained)}"),
        )
    )
    rows.insert(0, _row(_("Verdict"), _verdict(earlier), _verdict(later), ""))
    heads = [_("Condition"), str(earlier["as_of"]), str(later["as_of"]), _("Difference")]
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in heads)))
    st.html(tag("div", tag("table", head, tag("tbody", *rows), cls="beside"), cls="wide"))


def _row(title: str, earlier: Markup, later: Markup, change: str) -> Markup:
    return tag("tr", tag("th", title, scope="row"), earlier, later, tag("td", change))


def _points(score: Row) -> Markup:
    return tag("td", tag("b", fmt.interval(score["low"], score["high"])))


def _verdict(record: Row) -> Markup:
    word = verdict_word(record["verdict"], language())
    return tag("td", tag("span", word, cls=f"status {OF_VERDICT[record['verdict']]}"))


def _finding(row: Row | None) -> Markup:
    if row is None:
        return tag("td", fmt.NOTHING)
    observed, unit = row["observed"], row["unit"]
    amount = (
        ""
        if observed is None or unit == "point" or isinstance(observed, bool | str)
        else fmt.quantity(observed, unit, language())
    )
    return tag("td", badge(row["status"]), tag("small", amount))


def _turn(before: Row | None, after: Row) -> str:
    if before is None:
        return _("new under this edition")
    if before["status"] == after["status"]:
        return ""
    better = after["status"] == "met" or before["status"] == "unmet"
    return _("▲ better") if better else _("▼ worse")


def history(repository: Repository, firm: Row) -> None:
    """Assessments, applications and every change of the firm, latest first."""
    st.header(_("Assessments"), anchor=False)
    assessments = repository.records.assessments(firm["id"])
    st.dataframe(
        {
            _("When"): [moment(row["at"]) for row in assessments],
            _("Applying on"): [row["as_of"] for row in assessments],
            _("Verdict"): [verdict_word(row["verdict"], language()) for row in assessments],
            _("Score"): [fmt.interval(row["score_low"], row["score_high"]) for row in assessments],
            _("By"): [row["by"] for row in assessments],
        },
        hide_index=True,
        placeholder=fmt.NOTHING,
    )
    if outcomes := repository.applications.outcomes(firm["id"]):
        st.header(_("Applications"), anchor=False)
        st.dataframe(
            {
                _("Year"): [str(row["applied_year"]) for row in outcomes],
                _("Certified"): [outcome_word(row["certified"]) for row in outcomes],
                _("Certificate number"): [row["certificate_number"] for row in outcomes],
                _("Expires on"): [row["expires_on"] for row in outcomes],
                _("Reason of refusal"): [row["rejection_reason"] for row in outcomes],
            },
            hide_index=True,
            placeholder=fmt.NOTHING,
        )
    st.header(_("Changes"), anchor=False)
    changes(repository.overview.changes(firm["created_at"], firm_id=firm["id"]), with_name=False)


def outcome_word(is_certified: bool | None) -> str:
    """What became of an application."""
    words = {True: _("● yes"), False: _("○ no"), None: _("◐ pending")}
    return words[is_certified]


def changes(rows: Sequence[Row], with_name: bool = True) -> None:
    """Lines of the log in words; no table where there are none."""
    if not rows:
        return
    firms = {_("Firm"): [row["firm"] for row in rows]} if with_name else {}
    st.dataframe(
        {
            _("When"): [moment(row["at"]) for row in rows],
            _("What"): [_(audit_words(row["action"])) for row in rows],
            **firms,
            _("By"): [row["by"] for row in rows],
            _("Detail"): [_detail(row["detail"]) for row in rows],
        },
        hide_index=True,
        height="content" if len(rows) <= SHOWN else TALL,
        placeholder=fmt.NOTHING,
    )


def _detail(detail: Row) -> str:
    """Which fields changed, from what to what; else the plain values of the line."""
    changed = detail.get("changed")
    if isinstance(changed, Mapping):
        return _("; ").join(change_lines(changed))
    if "stage" in detail:
        return _(STAGE_WORDS[Stage(detail["stage"])])
    if "verdict" in detail:
        return verdict_word(detail["verdict"], language())
    names = ("title", "applied_year", "batch", "name", "why")
    lines = [detail[name] for name in names if detail.get(name)]
    return _(", ").join(map(str, lines))
