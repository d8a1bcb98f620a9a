"""The whole check of a deployment: named as Terraform names it, validated, planned, and looked at by checkov."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.checkov import Finding, Skip, findings, skips
from tests.oracle.terraform import Terraform, Verdict
from tests.oracle.translation import Translation, Translator


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found. skipped: findings with an excuse; unused: excuses that this deployment did not need."""

    version: str
    translation: Translation
    verdict: Verdict
    failed: tuple[Finding, ...] = ()
    skipped: tuple[Finding, ...] = ()
    unused: tuple[Skip, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing refused, nothing unmapped, nothing found without an excuse."""
        return not (self.translation.unmapped or self.verdict.refusals or self.failed)

    def said(self) -> list[str]:
        """The report, a line each."""
        urns = self.translation.urns
        lines = [f"REFUSED   {urns.get(item.address, item.address)}: {item.reason}" for item in self.verdict.refusals]
        lines += [f"UNMAPPED  {name}" for name in sorted(self.translation.unmapped)]
        lines += [f"FOUND     {item.check} {item.title}: {item.urn}" for item in self.failed]
        lines += [f"TOO NEW   {name}: not known to provider {self.version}" for name in self.translation.not_judged]
        return [
            *lines,
            f"{len(urns)} resources, {len(self.verdict.refusals)} refused, {self.verdict.planned} planned by "
            f"provider {self.version}; {len(self.failed)} findings, {len(self.skipped)} skipped with a reason",
        ]


def check(terraform: Terraform, deployment: Iterable[Mapping[str, Any]], *, name: str, look: bool = True) -> Report:
    """Checks the resources of an exported deployment.

    name: of the deployment, for the patterns of skips. look: run checkov as well; raises NotHereError without it.
    """
    translation = Translator(terraform.schemas, terraform.version).translate(deployment)
    verdict = terraform.judge(translation.resources, translation.regions)
    if verdict.plan is None or not look:
        return Report(version=terraform.version, translation=translation, verdict=verdict)
    excuses = skips()
    found = findings(verdict.plan, translation.urns)
    excused = {item: next((skip for skip in excuses if skip.covers(item, name)), None) for item in found}
    used = set(excused.values())
    return Report(
        version=terraform.version,
        translation=translation,
        verdict=verdict,
        failed=tuple(item for item, skip in excused.items() if skip is None),
        skipped=tuple(item for item, skip in excused.items() if skip is not None),
        unused=tuple(skip for skip in excuses if skip not in used),
    )
