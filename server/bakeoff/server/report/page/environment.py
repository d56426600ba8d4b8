"""The machine, and what else it did."""

from bakeoff.server.report.page.cells import mebibytes, shown_digest
from bakeoff.server.report.page.document import Facts, Fold, Section
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.selection.wording import percent
from bakeoff.v1 import AcceleratorConditions, Environment, Fingerprint


def environment(roster: Roster) -> Section:
    """Hardware, software, and what else the machine did."""
    found = roster.report.environment
    return Section(
        id="environment",
        title="Environment",
        lead="Figures of cost hold for this machine; figures of unlike machines are not compared.",
        parts=(
            Facts("Hardware", hardware_facts(found.fingerprint)),
            Facts("While it was measured", _conditions(found)),
            *(
                [Facts("Accelerator while it was measured", _accelerator(found.accelerator))]
                if found.HasField("accelerator")
                else []
            ),
            Fold(
                "Software",
                (Facts("Versions", tuple(sorted(found.fingerprint.software_versions.items()))),),
            ),
        ),
    )


def hardware_facts(found: Fingerprint) -> tuple[tuple[str, str], ...]:
    """What a target is made of, as far as it is known."""
    items = [
        ("Processor", found.cpu_model),
        ("Usable processors", f"{found.usable_cpu_count:g}" if found.usable_cpu_count else ""),
        ("Processor features", ", ".join(found.cpu_features)),
        ("Memory limit", mebibytes(found.memory_limit_bytes) if found.memory_limit_bytes else ""),
        ("Accelerator", found.accelerator_model),
        ("Driver", found.accelerator_driver_version),
        ("Platform", found.platform),
        ("Fingerprint", shown_digest(found.sha256)),
    ]
    return tuple((name, value) for name, value in items if value)


def _conditions(found: Environment) -> tuple[tuple[str, str], ...]:
    items = []
    if found.HasField("start_time"):
        items.append(("From", found.start_time.ToJsonString()))
    if found.HasField("end_time"):
        items.append(("To", found.end_time.ToJsonString()))
    if found.HasField("cpu_steal_share"):
        items.append(("Processor time taken by the hypervisor", percent(found.cpu_steal_share, 1)))
    if found.HasField("foreign_cpu_share"):
        items.append(("Processor time of other processes", percent(found.foreign_cpu_share, 1)))
    if found.HasField("load_average_start") and found.HasField("load_average_end"):
        loads = (
            f"{found.load_average_start:.2f} at the start, {found.load_average_end:.2f} at the end"
        )
        items.append(("Load average of one minute", loads))
    if found.HasField("min_cpu_frequency_mhz") and found.HasField("max_cpu_frequency_mhz"):
        least, most = found.min_cpu_frequency_mhz, found.max_cpu_frequency_mhz
        items.append(("Processor frequency", f"{least:,.0f} to {most:,.0f} MHz"))
    if found.HasField("max_foreign_run_queue"):
        items.append(("Most other processes in the run queue", f"{found.max_foreign_run_queue:,}"))
    if found.HasField("throttled_period_count"):
        items.append(("Periods cut short by the quota", f"{found.throttled_period_count:,}"))
    return tuple(items)


def _accelerator(found: AcceleratorConditions) -> tuple[tuple[str, str], ...]:
    if found.absent_reason:
        return (("Not known", found.absent_reason),)
    items = []
    if found.HasField("min_sm_clock_mhz") and found.HasField("max_sm_clock_mhz"):
        least, most = found.min_sm_clock_mhz, found.max_sm_clock_mhz
        items.append(("Clock of the multiprocessors", f"{least:,.0f} to {most:,.0f} MHz"))
    if found.HasField("max_temperature_celsius"):
        items.append(("Highest temperature", f"{found.max_temperature_celsius:.0f} °C"))
    if found.HasField("mean_power_w"):
        items.append(("Mean power", f"{found.mean_power_w:.1f} W"))
    if found.HasField("foreign_process_count"):
        items.append(("Other processes that used it", f"{found.foreign_process_count:,}"))
    reasons = ", ".join(found.throttle_reasons)
    items.append(("Why its clocks were held down", reasons or "they were not"))
    return tuple(items)
