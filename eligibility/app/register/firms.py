"""The list of firms that staff look after: what to show of it, its rows, changes to many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import partial
from typing import Any, Literal

import pyarrow as pa
import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import firms_export, firms_query, list_views
from eligibility.app.register.firms_query import NEVER, ORDERS, PAGE_ROWS, VERDICTS, FirmListQuery
from eligibility.app.self_assessment.fields import EARLIEST, LATEST
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import disclosure, download_button, guard, open_by_name
from eligibility.app.widgets import downloads as widgets_downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import literal, tag
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.domain.errors import Conflict
from eligibility.domain.open_points import EXPERTS
from eligibility.domain.text import Message, msgid
from eligibility.schemes.registry import Scheme
from eligibility.store import (
    CARRIER_WORDS,
    EARLY_STAGES,
    STAGE_WORDS,
    FirmFilter,
    Repository,
    ResultPage,
    Stage,
)

#: rows before the table scrolls, and how high it is then
SHOWN, TALL = 16, 620
#: firms named after many were changed
NAMED = 8
#: the colours of verdicts in the table
PILLS = {"eligible": "green", EXPERTS: "blue", "undetermined": "orange", "ineligible": "red"}
Field = Literal["adviser_id", "stage"]


def _choices(
    repository: Repository, firm_filter: FirmFilter
) -> dict[str, tuple[str, Mapping[Any, str], Any]]:
    """What can be chosen, by part of the address: its label, its values with their words, and the one chosen."""
    verdicts = {word: _("not assessed yet") if word == NEVER else verdict_word(word, language())
                for word in VERDICTS}  # fmt: skip
    verdict = NEVER if firm_filter.verdict == "" else firm_filter.verdict
    own_words = {
        kind: {name: name for name in names}
        for kind, names in cache.filter_choices(repository).items()
    }
    return {
        address.STAGE: (_("Stage"), _stages(), firm_filter.stage),
        address.VERDICT: (_("Verdict"), verdicts, verdict),
        address.DISTRICT: (_("District"), own_words["district"], firm_filter.district),
        address.INDUSTRY: (_("Industry"), own_words["industry"], firm_filter.industry),
        address.CARRIER: (
            _("Carrier"),
            {0: _("no carrier")} | _names(repository.administration.carriers()),
            firm_filter.carrier_id,
        ),
        address.ADVISER: (
            _("Adviser"),
            {0: _("nobody")} | _names(repository.administration.advisers()),
            firm_filter.adviser_id,
        ),
        address.GAP: (
            _("Nearest gap"),
            firms_query.condition_titles(cache.scheme(), language()),
            firm_filter.first_gap,
        ),
        address.CARRIER_KIND: (
            _("Kind of carrier"),
            {kind.value: _(words) for kind, words in CARRIER_WORDS.items()},
            firm_filter.carrier_kind,
        ),
        address.BATCH: (
            _("Batch"),
            own_words["batch"],
            firm_filter.batch,
        ),
    }


def filters(repository: Repository, choice: FirmListQuery) -> None:
    """What the address asks for, as inputs that change it."""
    firm_filter = choice.firms
    orders = {
        "name": _("by name"),
        "certain": _("most certain points first"),
        "possible": _("most possible points first"),
        "due": _("next deadline first"),
        "assessed": _("last assessed first"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="asked"):
        st.text_input(
            _("Name or credit code contains"),
            key=address.query_widget_key(address.TEXT, firm_filter.text or ""),
            on_change=address.set_query_from_widget,
            args=(address.TEXT,),
            width=220,
        )
        section = disclosure.popover(_("Filter"), "filter", ":material/filter_list:")
        # what can be chosen is asked of the store where it is shown
        choices = (
            _choices(repository, firm_filter)
            if section is not None or replace(firm_filter, text=None) != FirmFilter()
            else {}
        )
        if section is not None:
            with section:
                for name, (label, options, value) in choices.items():
                    _select(name, label, options, value)
                _bounds(firm_filter)
        list_views.choose_columns(repository, choice)
        st.selectbox(
            _("Order"),
            list(ORDERS),
            format_func=orders.__getitem__,
            key=address.query_widget_key(address.ORDER, choice.order),
            on_change=address.set_query_from_widget,
            args=(address.ORDER,),
            width=210,
        )
        list_views.views(repository)
    words = {
        name: (label, options.get(value, str(value)))
        for name, (label, options, value) in choices.items()
        if value is not None
    }
    bounds = {
        address.SCORE: (_("Certain points, at least"), firm_filter.score),
        address.CHANCE: (_("Readiness in %, at least"), _whole(firm_filter.chance)),
        address.EXPIRY: (_("Certificate ends by"), firm_filter.expires_by),
    }
    words |= {
        name: (label, f"{value}") for name, (label, value) in bounds.items() if value is not None
    }
    if firm_filter.text:
        words = {address.TEXT: (_("Contains"), firm_filter.text), **words}
    _chips(words)


def _whole(chance: float | None) -> int | None:
    return None if chance is None else round(100 * chance)


def _bounds(firm_filter: FirmFilter) -> None:
    """Inputs of the least score and chance, and of the day by which a certificate ends."""
    for name, label, most, value in (
        (address.SCORE, _("Certain points, at least"), 100, firm_filter.score),
        (address.CHANCE, _("Readiness in %, at least"), 99, _whole(firm_filter.chance)),
    ):
        st.number_input(
            label,
            0,
            most,
            step=1,
            key=address.query_widget_key(name, None if value is None else int(min(value, most))),
            on_change=address.set_query_from_widget,
            args=(name,),
        )
    st.date_input(
        _("Certificate ends by"),
        min_value=EARLIEST,
        max_value=LATEST,
        format="YYYY-MM-DD",
        key=address.query_widget_key(address.EXPIRY, firm_filter.expires_by),
        on_change=address.set_query_from_widget,
        args=(address.EXPIRY,),
    )


def _chips(words: Mapping[str, tuple[str, str]]) -> None:
    """What is filtered, each with the way to take it off."""
    if not words:
        return
    with st.container(horizontal=True, gap="small", key="chips"):
        for name, (label, value) in words.items():
            st.button(
                literal(_("{label}: {value}").format(label=label, value=value)),
                key=address.chip_key(name),
                icon=":material/close:",
                icon_position="right",
                help=_("Take this filter off"),
                on_click=address.clear_query,
                args=(name,),
            )
        if len(words) > 1:
            st.button(
                _("Take all off"),
                on_click=address.clear_query,
                args=tuple(words),
                type="tertiary",
            )


def _names(rows: Sequence[Mapping[str, Any]]) -> dict[Any, str]:
    return {row["id"]: row["name"] for row in rows}


def _stages() -> dict[Any, str]:
    return {stage.value: _(STAGE_WORDS[stage]) for stage in Stage}


def _select(name: str, label: str, options: Mapping[Any, str], value: Any) -> None:
    # what an address asks for is shown even where nothing is like it, so that it can be taken away
    choices = dict(options) if value is None else {**{value: str(value)}, **options}
    st.selectbox(
        label,
        list(choices),
        None,
        format_func=choices.__getitem__,
        placeholder=_("all"),
        key=address.query_widget_key(name, value),
        on_change=address.set_query_from_widget,
        args=(name,),
    )


def nothing(choice: FirmListQuery) -> None:
    """What to do where no firm is shown."""
    if any(getattr(choice.firms, part.name) is not None for part in fields(FirmFilter)):
        st.info(_("No firm fits this choice; take a filter away."))
    else:
        st.info(_("No firm is held yet. Import a file of firms to begin."))
        st.page_link(PAGES / "register/import_page.py", label=_("Import a file of firms →"))


def _verdicts(page: ResultPage) -> None:
    """How many firms of the list stand where: what the list says at a glance."""
    parts = [tag("strong", _("{n} firms").format(n=f"{page.count:,}"))]
    for verdict, status in OF_VERDICT.items():
        if n := page.verdicts.get(verdict):
            words = f"{verdict_word(verdict, language())} {n:,}"
            parts.append(tag("span", words, cls=f"status {status}"))
    if n := page.verdicts.get(None):
        parts.append(tag("span", f"{_('not assessed yet')} {n:,}", cls="muted"))
    st.html(tag("p", *parts, cls="sums"))


def rows(
    repository: Repository, page: ResultPage, choice: FirmListQuery, scheme: Scheme
) -> tuple[list[dict[str, Any]], int | None]:
    """The rows of a page of the list; gives those that are ticked, and the id of one opened."""
    _verdicts(page)
    first = (choice.page - 1) * PAGE_ROWS
    words = _("{n} firms").format(n=f"{page.count:,}")
    if page.count > PAGE_ROWS:
        last = first + len(page.rows)
        words += _(", rows {first}–{last}").format(first=first + 1, last=last)
        key = address.page_key(choice.page)
        st.pagination(
            -(-page.count // PAGE_ROWS),
            default=choice.page,
            key=key,
            on_change=address.turn_page,
            args=(key,),
        )
    hint = _("“Open” leads to the firm; tick rows to change several at once")
    names = [row["name"] or row["uscc"] or _("(no name)") for row in page.rows]
    named = open_by_name.above(f"{words} · {hint}", names)
    gaps = repository.firms.nearest_gaps(row["id"] for row in page.rows)
    shown = firms_query.table(page.rows, scheme, language(), gaps)
    place = shown.column_names.index("verdict")
    pills = [[words] for words in shown["verdict"].to_pylist()]
    shown = shown.set_column(place, "verdict", pa.array(pills, pa.list_(pa.string())))
    config = _columns(shown)
    if choice.columns:
        config = {name: config[name] for name in choice.columns if name in config}
    config["open"] = st.column_config.ButtonColumn(
        "", width=58, pinned=True, type="tertiary", key=session.open_key(session.LIST)
    )
    opens = pa.array([_("Open")] * shown.num_rows, pa.string())
    with st.container(key="portfolio"):
        ticked: Any = st.dataframe(
            shown.append_column("open", opens),
            column_config=config,
            column_order=["open", *(name for name in config if name != "open")],
            hide_index=True,
            on_select="rerun",
            selection_mode="multi-row",
            key=session.ticks_key([row["id"] for row in page.rows]),
            height="content" if shown.num_rows <= SHOWN else TALL,
            placeholder=fmt.NOTHING,
            alt=_("Firms with stage, verdict, score, nearest gap, adviser and next deadline"),
        )
    if "readiness" in config:
        model = cache.model()[0]
        training_text = model.training.sentence.say(language()) if model else ""
        st.caption(firms_export.about_readiness(training_text, language()))
    ids = [row["id"] for row in page.rows]
    firm_id = session.pressed_row(session.LIST, ids) if named is None else ids[named]
    selection = [page.rows[row] for row in ticked["selection"]["rows"] if row < len(page.rows)]
    return selection, firm_id


def _columns(table: pa.Table) -> dict[str, Any]:
    column = st.column_config
    result: dict[str, Any] = {
        "name": column.TextColumn(_("Firm"), width=220, pinned=False),
        "stage": column.TextColumn(_("Stage"), width=76),
        "verdict": column.MultiselectColumn(
            _("Verdict"),
            width=116,
            options=[verdict_word(each, language()) for each in PILLS],
            color=list(PILLS.values()),
        ),
        "low": column.NumberColumn(_("Low"), width=54, format="%.4g"),
        "high": column.NumberColumn(_("High"), width=54, format="%.4g"),
        "readiness": column.NumberColumn(_("Readiness"), width=70, format="%.0f%%"),
        "interval": column.TextColumn(_("interval (90%)"), width=88),
        "gap": column.TextColumn(_("Nearest gap"), width=214),
        "due": column.DateColumn(_("Next deadline"), width=96, format="YYYY-MM-DD"),
        "district": column.TextColumn(_("District"), width=110),
        "industry": column.TextColumn(_("Industry"), width=112),
        "carrier": column.TextColumn(_("Carrier"), width=118),
        "adviser": column.TextColumn(_("Adviser"), width=80),
        "uscc": column.TextColumn(_("Credit code"), width=162),
        "assessed": column.DateColumn(_("Last assessed"), width=96, format="YYYY-MM-DD"),
    }
    if table["readiness"].null_count == table.num_rows:
        del result["readiness"], result["interval"]
    return result


def bulk(
    repository: Repository,
    rows: Sequence[Mapping[str, Any]],
    page: ResultPage,
    choice: FirmListQuery,
) -> None:
    """Give many firms to an adviser, or set their stage: those ticked, or all that are listed."""
    nobody = _("nobody")
    section = disclosure.expander(_("Change several firms at once"), "bulk", is_open=bool(rows))
    if section is None:
        return
    advisers = {None: nobody} | {
        row["id"]: row["name"] for row in repository.administration.advisers()
    }
    with section:
        names = [row["name"] or row["uscc"] or _("(no name)") for row in rows[:NAMED]]
        more = len(rows) - len(names)
        ticked = _("Ticked: {n}").format(n=len(rows))
        if names:
            ticked += " · " + "、".join(map(literal, names))
        if more > 0:
            ticked += " " + _("and {n} more").format(n=more)
        st.caption(ticked)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            every = st.checkbox(
                _("all {n} firms of this list instead").format(n=f"{page.count:,}"),
                key=session.EVERY,
            )

            def change(field: Field, value: Any, label: str, key: str) -> None:
                # what stands so already is not changed, and not counted
                n = (
                    repository.firms.count_changes(choice.firms, field, value)
                    if every
                    else sum(row[field] != value for row in rows)
                )
                st.button(
                    _("{what} (changes {n} of {of})").format(
                        what=label, n=f"{n:,}", of=f"{page.count if every else len(rows):,}"
                    ),
                    key=key,
                    on_click=guard.do,
                    args=(partial(_change, repository, which, field, value, _("(no name)")),),
                    disabled=not n,
                )

            which = (
                partial(_every, repository, choice, page.count) if every else partial(list, rows)
            )
            adviser = st.selectbox(
                _("Adviser"),
                list(advisers),
                format_func=advisers.__getitem__,
                width=200,
                key=session.TO_ADVISER,
            )
            change("adviser_id", adviser, _("Give to this adviser"), session.GIVE)
            words = {stage.value: _(STAGE_WORDS[stage]) for stage in EARLY_STAGES}
            stage = st.selectbox(
                _("Stage"),
                list(words),
                format_func=words.__getitem__,
                width=160,
                key=session.TO_STAGE,
            )
            change("stage", stage, _("Set this stage"), session.SET_STAGE)


def _every(repository: Repository, choice: FirmListQuery, count: int) -> list[dict[str, Any]]:
    page = repository.firms.page(choice.firms, limit=count + 1)
    if page.count != count:
        raise Conflict(msgid("The list changed meanwhile; nothing was stored. Look at it again."))
    return page.rows


def _change(
    repository: Repository,
    which: Callable[[], Sequence[Mapping[str, Any]]],
    field: Field,
    value: Any,
    nameless: str,
) -> Message:
    """Change those firms that differ, and say which."""
    rows = which()
    # the versions that were looked at
    versions = {row["id"]: row["version"] for row in rows}
    if field == "stage":
        count = repository.firms.set_stage(versions, value)
    else:
        count = repository.firms.assign(versions, value)
    names = [row["name"] or row["uscc"] or nameless for row in rows if row[field] != value]
    values = {"n": f"{count:,}", "of": f"{len(rows):,}", "names": "、".join(names[:NAMED])}
    if count > NAMED:
        return Message(
            msgid(
                "Changed: {n} of {of} firms: {names} and others. The history of each firm has it, "
                "and so has the trail under Administration."
            ),
            values,
        )
    return Message(
        msgid("Changed: {n} of {of} firms: {names}. The history of each has it."), values
    )


def downloads(repository: Repository, choice: FirmListQuery, count: int, scheme: Scheme) -> None:
    """All firms of the list, in its order, as a file; made when it is asked for."""
    with st.container(horizontal=True, key="downloads"):
        for kind, label in (("csv", _("Download as CSV")), ("xlsx", _("Download as Excel"))):
            download_button.button(
                label,
                partial(firms_export.file, repository, choice, count, scheme, language(), kind),
                file_name=f"{widgets_downloads.file_stem(_('All firms'), date.today())}.{kind}",
                mime=widgets_downloads.MIMES[kind],
                icon=":material/download:",
            )
