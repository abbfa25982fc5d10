"""The command that looks whether all is well."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import SettingsContext, progress_bar, with_settings
from bot.config import load_config, reader_locale
from bot.doctor import examine
from bot.domain.errors import ConfigError
from bot.i18n import Locale, msg, phrase, t
from bot.platforms.console import reports
from bot.platforms.console.output import print_json
from bot.platforms.console.safe_console import SafeConsole
from bot.services.check import Check
from bot.services.doctor.versions import version_checks
from bot.services.health import HealthReport


def _with_faulty_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Report settings that cannot be used as the other checks are reported, instead of in one line."""

    @functools.wraps(command)
    def called(*, config: Path | None, as_json: bool, **values: Any) -> None:
        try:
            load_config(config)
        except ConfigError as error:
            remedy = msg("config/bot.yaml and README.md explain every setting.")
            checks = (*version_checks(), Check("settings", "fault", error.message, remedy))
            _print(HealthReport(checks, ()), reader_locale(config), ZoneInfo("UTC"), as_json=as_json)
        else:
            command(config=config, as_json=as_json, **values)

    return called


@_with_faulty_settings
@with_settings
async def doctor(
    settings: SettingsContext,
    as_json: Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document."))] = False,
    offline: Annotated[bool, typer.Option("--offline", help=phrase("Skip the checks that need the network."))] = False,
) -> None:
    """Report whether the installation is healthy, without writing anything; exit with 1 when there is a fault."""
    config = settings.config
    with progress_bar(t(config.locale, "Asking platforms and sources")) as progress:
        report = await examine(config, settings.workspace, progress, offline=offline)
    report = report._replace(checks=(Check("settings", "ok", msg("The settings are valid.")), *report.checks))
    _print(report, config.locale, config.zone, as_json=as_json)


def _print(report: HealthReport, locale: Locale, zone: ZoneInfo, *, as_json: bool) -> None:
    """Print all checks; exit with 1 when there is a fault."""
    if as_json:
        print_json({"ok": report.is_well, "checks": [check.columns(locale) for check in report.checks]})
    else:
        console = SafeConsole()
        console.print(reports.health(report, zone, locale, console.width), soft_wrap=True)
    if not report.is_well:
        raise SystemExit(1)
