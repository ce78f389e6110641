"""Model card: what a model is, what it was trained on, how good it is, what it must not be used for."""

from __future__ import annotations

from eligibility.domain.results import Learned
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.readiness.baselines import TITLES
from eligibility.readiness.monitoring import Watch
from eligibility.readiness.training import Metrics, TrainingResult

COLUMNS = ("log_loss", "brier", "calibration_error", "auc")


def card(trained: TrainingResult) -> str:
    """The card in Markdown, Chinese first."""
    return f"{_card(trained, CHINESE)}\n---\n\n{_card(trained, ENGLISH)}"


def about(learned: Learned, language: Language) -> str:
    """What kind of model it is and what it learned from."""
    said = language.text(
        "{estimator}, learned from {applications} applications of {first} to {last}, {certified} of "
        "them certified."
    )
    return said.format(
        estimator=language.text(learned.estimator),
        applications=learned.applications,
        first=learned.years[0],
        last=learned.years[1],
        certified=learned.certified,
    )


def caveats(language: Language, invented: bool) -> list[str]:
    """What has to stand beside every number of a model."""
    say = language.text
    made = [
        say(
            "It learned from firms that applied. Firms that did not may differ in what no figure shows."
        ),
        say(
            "It never alters a finding: a firm with an unmet condition cannot be certified as it stands."
        ),
        say("Where a firm lies outside what was seen, its chance is a guess, and is marked."),
    ]
    if invented:
        made.insert(
            0, say("It was trained on invented applications: a demonstration, no evidence.")
        )
    return made


def comparison(trained: TrainingResult, language: Language) -> list[str]:
    """How the candidates did, the chosen one marked, as lines of text."""
    measured, chosen = trained.metrics["by_cross_validation"], trained.metrics["chosen"]
    return _table(measured, chosen, language)


def monitoring_text(found: Watch, language: Language) -> list[str]:
    """What new outcomes say of a model, the verdict first."""
    say = language.text
    verdict = say("Retrain") if found.retrain else say("Keep")
    made = [f"{verdict}: {' '.join(reason.say(language) for reason in found.reasons)}"]
    said = say(
        "{applications} outcomes: {certified} certified, {expected} expected; log-loss {log_loss} "
        "(expected {loss}), calibration error {error}, AUC {auc}."
    )
    made.append(
        said.format(
            applications=found.applications,
            certified=found.certified,
            expected=f"{found.expected:.1f}",
            log_loss=f"{found.measures['log_loss']:.3f}",
            loss=f"{found.expected_log_loss:.3f}",
            error=f"{found.measures['calibration_error']:.3f}",
            auc=f"{found.measures['auc']:.3f}",
        )
    )
    return made


def _card(trained: TrainingResult, language: Language) -> str:
    say, learned, metrics = language.text, trained.model.learned, trained.metrics
    lines = [
        f"# {say('Readiness model')}",
        "",
        about(learned, language),
        "",
        trained.words.say(language),
        "",
        *(f"- {sentence}" for sentence in caveats(language, learned.invented)),
        "",
        f"## {say('How good it is')}",
        "",
        say("Cross-validated ({folds} folds, {repeats} times):").format(
            folds=metrics["folds"], repeats=metrics["repeats"]
        ),
        "",
        *_table(metrics["by_cross_validation"], metrics["chosen"], language),
    ]
    if later := metrics["by_year"]:
        said = say("Trained on earlier years, tried on {applications} applications from {year} on:")
        lines += [
            "",
            said.format(applications=later["applications"], year=later["tried_on_from"]),
            "",
            *_table(later["candidates"], metrics["chosen"], language),
        ]
    lines += [
        "",
        f"## {say('Data')}",
        "",
        say("SHA-256 of the file: {digest}").format(digest=f"`{learned.sha256}`"),
        "",
        say("Rules: {scheme}, {edition}; {features} features.").format(
            scheme=learned.scheme,
            edition=learned.edition,
            features=len(trained.model.layout.names),
        ),
        "",
    ]
    return "\n".join(lines)


def _table(measured: Metrics, chosen: str, language: Language) -> list[str]:
    say = language.text
    heads = [say("estimator"), say("log-loss"), say("Brier score"), say("calibration error"), "AUC"]
    made = [f"| {' | '.join(heads)} |", "|---|---|---|---|---|"]
    for name, found in sorted(measured.items(), key=lambda entry: entry[1]["log_loss"]):
        title = say(TITLES[name])
        figures = " | ".join(f"{found[column]:.3f}" for column in COLUMNS)
        made.append(f"| {f'**{title}**' if name == chosen else title} | {figures} |")
    return made
