"""Every family on /metrics, declared once; docs/metrics.md is kept in step with it by a test."""

from collector.domain.measurements import Unit
from exporters.exposition.text import Family

_TARGET = ("target", "kind", "site")
_FIGURE = ("kind", "site", "window")
_INDICATOR = ("indicator", "site", "window")

BUILD_INFO = Family(
    "driftkoll_build_info", "gauge", ("version",), "The version that runs; always 1."
)

TARGET_UP = Family(
    "driftkoll_target_up",
    "gauge",
    _TARGET,
    "Whether the target answers, as measured: 1 up or degraded, 0 down or unreachable, "
    "also in maintenance; absent while unknown.",
)
TARGET_STATE = Family(
    "driftkoll_target_state",
    "gauge",
    (*_TARGET, "state"),
    "The state that holds, as accounted: 1 for that one, the others are absent.",
)
TARGET_DEGRADED = Family(
    "driftkoll_target_degraded",
    "gauge",
    _TARGET,
    "Whether the target answers but not as well as it should; absent while unknown.",
)

TARGET_FLAPPING = Family(
    "driftkoll_target_flapping",
    "gauge",
    _TARGET,
    "Whether the target changes state so often that it is marked as flapping.",
)
TARGET_RESTARTS = Family(
    "driftkoll_target_restarts_total",
    "counter",
    _TARGET,
    "Restarts of the device itself that polling has noticed.",
)
TARGETS = Family(
    "driftkoll_targets", "gauge", ("kind", "site", "state"), "Targets by the state accounted."
)

PROBE_SUCCESS = Family(
    "driftkoll_probe_success",
    "gauge",
    ("target", "probe"),
    "Whether the probe's last poll succeeded; absent while it could not tell.",
)
PROBE_DURATION = Family(
    "driftkoll_probe_duration_seconds",
    "gauge",
    ("target", "probe"),
    "How long the probe's last poll took; for icmp the mean round-trip time.",
)
PROBE_LOSS = Family(
    "driftkoll_probe_loss_ratio",
    "gauge",
    ("target",),
    "Share of the last poll's packets that were lost.",
)
PROBE_PHASE = Family(
    "driftkoll_probe_phase_seconds",
    "gauge",
    ("target", "probe", "phase"),
    "How long the phases of the probe's last poll took: resolve, connect, tls, first_byte.",
)
CERTIFICATE_EXPIRY = Family(
    "driftkoll_certificate_expiry_timestamp_seconds",
    "gauge",
    ("target",),
    "When the target's certificate expires, in seconds since 1970; also of one that is invalid.",
)
MESSAGES_SENT = Family(
    "driftkoll_messages_sent_total",
    "counter",
    ("target",),
    "Messages that the platform says it has sent, restarts of its own counter allowed for.",
)
MESSAGES_FAILED = Family(
    "driftkoll_messages_failed_total",
    "counter",
    ("target",),
    "Messages that the platform says have failed, restarts of its own counter allowed for.",
)
MESSAGES_WAITING = Family(
    "driftkoll_messages_waiting",
    "gauge",
    ("target",),
    "Messages that wait in the platform, as of the last poll.",
)

AVAILABILITY = Family(
    "driftkoll_availability_ratio",
    "gauge",
    _FIGURE,
    "Availability: up / (up + down + unreachable); absent where nothing was measured.",
)
COVERAGE = Family(
    "driftkoll_coverage_ratio",
    "gauge",
    _FIGURE,
    "Share of the service time, planned maintenance aside, in which the state was known.",
)
AVAILABILITY_SECONDS = Family(
    "driftkoll_availability_seconds",
    "gauge",
    (*_FIGURE, "state"),
    "Object-seconds of the window in each of the five parts of service time.",
)
BUDGET_REMAINING = Family(
    "driftkoll_downtime_budget_remaining_seconds",
    "gauge",
    _FIGURE,
    "Downtime still allowed by the decided target; negative when it is overspent.",
)
SERVICE_SECONDS = Family(
    "driftkoll_service_seconds_total",
    "counter",
    ("kind", "site", "state"),
    "Object-seconds of service, counted when they no longer can change.",
)

UNIT_SUFFIX = {
    Unit.RATIO: "ratio",
    Unit.DAYS: "seconds",
    Unit.SCORE: "score",
    Unit.NUMBER: "number",
    Unit.KSEK: "ksek",
    Unit.INDEX: "index",
}
"""The suffix of an indicator's families; days are exported in seconds, the base unit."""

INDICATOR = {
    unit: Family(
        f"driftkoll_indicator_{suffix}",
        "gauge",
        _INDICATOR,
        f"Value of the indicators counted in {suffix}; absent where there is none.",
    )
    for unit, suffix in UNIT_SUFFIX.items()
}
INDICATOR_TARGET = {
    unit: Family(
        f"driftkoll_indicator_target_{suffix}",
        "gauge",
        ("indicator",),
        f"The year's decided target of the indicators counted in {suffix}.",
    )
    for unit, suffix in UNIT_SUFFIX.items()
}
INDICATOR_FORECAST = {
    unit: Family(
        f"driftkoll_indicator_forecast_{suffix}",
        "gauge",
        ("indicator",),
        f"Where the year is forecast to end, for the indicators counted in {suffix}.",
    )
    for unit, suffix in UNIT_SUFFIX.items()
}
INDICATOR_COVERAGE = Family(
    "driftkoll_indicator_coverage_ratio",
    "gauge",
    _INDICATOR,
    "Share of what the indicator should rest on that was measured.",
)
INDICATOR_VERDICT = Family(
    "driftkoll_indicator_verdict",
    "gauge",
    (*_INDICATOR, "verdict"),
    "The verdict that holds: 1 for that one, the others are absent.",
)
INDICATOR_OUTLOOK = Family(
    "driftkoll_indicator_outlook",
    "gauge",
    ("indicator", "outlook"),
    "The outlook for the year that holds: 1 for that one, the others are absent.",
)
INDICATOR_COMPUTED = Family(
    "driftkoll_indicator_computed_timestamp_seconds",
    "gauge",
    ("indicator",),
    "When the indicator was last worked out, in seconds since 1970.",
)

CASES_OPEN = Family(
    "driftkoll_cases_open",
    "gauge",
    ("type", "group", "age"),
    "Open cases by type, team (other: a group of no team, none: no group) and age in days.",
)
SOURCE_LAST_SUCCESS = Family(
    "driftkoll_source_last_success_timestamp_seconds",
    "gauge",
    ("source",),
    "When the source was last read whole, in seconds since 1970; absent until it was.",
)
SOURCE_ERRORS = Family(
    "driftkoll_source_errors_total",
    "counter",
    ("source", "reason"),
    "Times that the source could not be read, by reason.",
)

POLL_DURATION = Family("driftkoll_poll_duration_seconds", "histogram", (), "How long polls took.")
POLLS = Family(
    "driftkoll_polls_total", "counter", ("probe", "result"), "Polls made, by what they found."
)
POLLS_MISSED = Family(
    "driftkoll_polls_missed_total", "counter", (), "Polls that were due and never ran."
)
LOOP_LAG = Family(
    "driftkoll_loop_lag_seconds", "histogram", (), "How late the polling loop came to its turns."
)
STORE_WRITE = Family(
    "driftkoll_store_write_seconds", "histogram", (), "How long it took to store a batch."
)
STORE_WRITABLE = Family(
    "driftkoll_store_writable", "gauge", (), "Whether the last batch could be stored."
)
COLLECTOR_BLIND = Family(
    "driftkoll_collector_blind",
    "gauge",
    (),
    "Whether no sentinel answers, so that nothing can be said of any target.",
)
CLOCK_STEPS = Family(
    "driftkoll_clock_steps_total", "counter", (), "Steps of the wall clock that were noticed."
)
CONFIG_RELOAD = Family(
    "driftkoll_config_last_reload_successful",
    "gauge",
    (),
    "Whether the configuration was taken the last time it was read.",
)

FAMILIES: tuple[Family, ...] = (
    BUILD_INFO,
    TARGET_UP,
    TARGET_STATE,
    TARGET_DEGRADED,
    TARGET_FLAPPING,
    TARGET_RESTARTS,
    TARGETS,
    PROBE_SUCCESS,
    PROBE_DURATION,
    PROBE_LOSS,
    PROBE_PHASE,
    CERTIFICATE_EXPIRY,
    MESSAGES_SENT,
    MESSAGES_FAILED,
    MESSAGES_WAITING,
    AVAILABILITY,
    COVERAGE,
    AVAILABILITY_SECONDS,
    BUDGET_REMAINING,
    SERVICE_SECONDS,
    *INDICATOR.values(),
    *INDICATOR_TARGET.values(),
    *INDICATOR_FORECAST.values(),
    INDICATOR_COVERAGE,
    INDICATOR_VERDICT,
    INDICATOR_OUTLOOK,
    INDICATOR_COMPUTED,
    CASES_OPEN,
    SOURCE_LAST_SUCCESS,
    SOURCE_ERRORS,
    POLL_DURATION,
    POLLS,
    POLLS_MISSED,
    LOOP_LAG,
    STORE_WRITE,
    STORE_WRITABLE,
    COLLECTOR_BLIND,
    CLOCK_STEPS,
    CONFIG_RELOAD,
)
