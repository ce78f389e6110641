"""Model card: what a model is, what it was trained on, how good it is, what it must not be used for."""

from __future__ import annotations

from eligibility.domain.results import TrainingSummary
from eligibility.domain.text import msgid
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.readiness.baselines import TITLES
from eligibility.readiness.monitoring import MonitoringReport
from eligibility.readiness.training import Metrics, TrainingResult
from eligibility.schemes.registry import load_scheme

COLUMNS = ("log_loss", "brier", "calibration_error", "auc")
NOT_COMPARED = msgid(
    "No chance was checked on applications left out of the fit: that takes two certified and two "
    "refused ones, of two firms."
)


def card(result: TrainingResult) -> str:
    """The card in Markdown, Chinese first."""
    return f"{_card(result, CHINESE)}\n---\n\n{_card(result, ENGLISH)}"


def about(training: TrainingSummary, language: Language) -> str:
    """What kind of model it is and what it learned from."""
    if not training.applications:
        return training.sentence.say(language)
    sentence = language.text(
        "{estimator}, learned from {applications} applications of {first} to {last}, {certified} of "
        "them certified."
    )
    return sentence.format(
        estimator=language.text(training.estimator),
        applications=training.applications,
        first=training.years[0],
        last=training.years[1],
        certified=training.certifications,
    )


def caveats(language: Language, synthetic: bool) -> list[str]:
    """What has to stand beside every number of a model."""
    say = language.text
    result = [
        say(
            "It learned from firms that applied. Firms that did not may differ in what no figure shows."
        ),
        say(
            "It never alters a finding: a firm with an unmet condition cannot be certified as it stands."
        ),
        say("Where a firm lies outside what was seen, its chance is a guess, and is marked."),
    ]
    if synthetic:
        result.insert(
            0, say("It was trained on invented applications: a demonstration, no evidence.")
        )
    return result


def comparison(result: TrainingResult, language: Language) -> list[str]:
    """How the candidates did, the chosen one marked, as lines of text."""
    measured, best = result.metrics["by_cross_validation"], result.metrics["chosen"]
    table = _table(measured, best, language) if measured else [language.text(NOT_COMPARED)]
    return [*table, *_recency(result.metrics, language)]


def monitoring_text(watch: MonitoringReport, language: Language) -> list[str]:
    """What new outcomes say of a model, the verdict first."""
    say = language.text
    verdict = say("Retrain") if watch.retrain else say("Keep")
    reasons = " ".join(reason.say(language) for reason in watch.reasons)
    result = [say("{verdict}: {reasons}").format(verdict=verdict, reasons=reasons)]
    sentence = say(
        "{applications} outcomes: {certified} certified, {expected} expected; log-loss {log_loss} "
        "(expected {loss}), calibration error {error}, AUC {auc}."
    )
    result.append(
        sentence.format(
            applications=watch.applications,
            certified=watch.certifications,
            expected=f"{watch.expected_certifications:.1f}",
            log_loss=f"{watch.measures['log_loss']:.3f}",
            loss=f"{watch.expected_log_loss:.3f}",
            error=f"{watch.measures['calibration_error']:.3f}",
            auc=f"{watch.measures['auc']:.3f}",
        )
    )
    harsher = watch.harsher >= 1 / 2
    sentence = (
        say("Reviewers were harsher than the model holds, with a certainty of {certainty:.0%}.")
        if harsher
        else say("Reviewers were milder than the model holds, with a certainty of {certainty:.0%}.")
    )
    certainty = watch.harsher if harsher else 1 - watch.harsher
    return [*result, sentence.format(certainty=min(certainty, 0.99))]


def _card(result: TrainingResult, language: Language) -> str:
    say, training, metrics = language.text, result.model.training, result.metrics
    lines = [
        "# " + say("Readiness model"),
        "",
        about(training, language),
        "",
        result.words.say(language),
        "",
        *(f"- {sentence}" for sentence in caveats(language, training.synthetic)),
        "",
        "## " + say("How good it is"),
        "",
        *_cross_validated(metrics, language),
    ]
    if later := metrics["by_year"]:
        sentence = say(
            "Trained on earlier years, tried on {applications} applications from {year} on:"
        )
        lines += [
            "",
            sentence.format(applications=later["applications"], year=later["tried_on_from"]),
            "",
            *_table(later["candidates"], metrics["chosen"], language),
        ]
    lines += [*_years(metrics, language), *_reliability(metrics, language)]
    lines += [*_blanks(result, language), *_intended_use(language)]
    lines += [
        "",
        "## " + say("Data"),
        "",
        say("SHA-256 of the file: {digest}").format(digest=f"`{training.sha256}`"),
        "",
        say("Rules: {scheme}, {edition}; {features} features.").format(
            scheme=training.scheme,
            edition=training.edition,
            features=len(result.model.layout.names),
        ),
        "",
    ]
    return "\n".join(lines)


def _cross_validated(metrics: Metrics, language: Language) -> list[str]:
    """Measures on applications left out of the fit, or that there are none."""
    say = language.text
    if not metrics["by_cross_validation"]:
        return [say(NOT_COMPARED)]
    return [
        say("Cross-validated ({folds} folds, {repeats} times):").format(
            folds=metrics["folds"], repeats=metrics["repeats"]
        ),
        "",
        *_table(metrics["by_cross_validation"], metrics["chosen"], language),
    ]


def _years(metrics: Metrics, language: Language) -> list[str]:
    """Pass rates by year."""
    say = language.text
    heads = [say("year"), say("applications"), say("certified")]
    rows = [
        f"| {each['year']} | {each['applications']} | {each['certified'] / each['applications']:.0%} |"
        for each in metrics["years"]
    ]
    section = _section(say("Pass rates by year"), heads, rows)
    sentences = _recency(metrics, language)
    return [*section, "", *sentences] if sentences else section


def _recency(metrics: Metrics, language: Language) -> list[str]:
    """Whether older years weigh less, and by what evidence; nothing where too few years tell."""
    say, recency = language.text, metrics["recency"]
    if recency["candidate"] is None:
        return []
    sentence = (
        say(
            "All years weigh alike: letting an application weigh half after {years:g} years changes "
            "the log-loss of {applications} later applications by {change:+.4f} ± {error:.4f}."
        )
        if recency["half_life"] is None
        else say(
            "An application weighs half after {years:g} years: that changes the log-loss of "
            "{applications} later applications by {change:+.4f} ± {error:.4f}."
        )
    )
    return [
        sentence.format(
            years=recency["candidate"],
            applications=recency["applications"],
            change=-recency["gain"],
            error=recency["error"],
        )
    ]


def _reliability(metrics: Metrics, language: Language) -> list[str]:
    """Certified shares of applications that were left out of the fit, by their chance."""
    say = language.text
    heads = [say("chance"), say("certified"), say("interval (90%)"), say("applications")]
    rows = [
        f"| {each['chance']:.0%} | {each['certified']:.0%} | {each['low']:.0%}–{each['high']:.0%} "
        f"| {each['applications']:.0f} |"
        for each in metrics["calibration"]
    ]
    return _section(say("What chances came to"), heads, rows)


def _blanks(result: TrainingResult, language: Language) -> list[str]:
    """Where applications left a condition undetermined."""
    say = language.text
    training = result.model.training
    conditions = load_scheme(training.scheme).edition(training.edition).conditions_by_id
    rows = [
        f"| {language.of(conditions[name].title)} | {share:.0%} |"
        for name, share in result.metrics["blanks"].items()
        if name in conditions
    ]
    return _section(say("Conditions left undetermined"), [say("condition"), say("share")], rows)


def _section(title: str, heads: list[str], rows: list[str]) -> list[str]:
    if not rows:
        return []
    rule = "|---" * len(heads) + "|"
    return ["", f"## {title}", "", f"| {' | '.join(heads)} |", rule, *rows]


def _intended_use(language: Language) -> list[str]:
    say = language.text
    return [
        "",
        "## " + say("Intended use"),
        "",
        "- "
        + say("To plan a year and to see where a firm is weakest, by staff who know its caveats."),
        "- " + say("Not to decide who may apply, and never in place of a condition of the law."),
    ]


def _table(metrics: Metrics, best: str, language: Language) -> list[str]:
    say = language.text
    heads = [say("estimator"), say("log-loss"), say("Brier score"), say("calibration error"), "AUC"]
    result = [f"| {' | '.join(heads)} |", "|---|---|---|---|---|"]
    for name, metrics_of_one in sorted(metrics.items(), key=lambda entry: entry[1]["log_loss"]):
        title = say(TITLES[name])
        figures = " | ".join(f"{metrics_of_one[column]:.3f}" for column in COLUMNS)
        result.append(f"| {f'**{title}**' if name == best else title} | {figures} |")
    return result
