"""What the staff and the board read: words for everything, numbers as they are written."""

from zoneinfo import ZoneInfo

import pytest

from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.measurements import DecidedTarget, Op, Outlook, Unit, Verdict
from collector.domain.samples import Reason
from collector.domain.states import Origin, State
from collector.domain.targets import Kind
from collector.language import LANGUAGES, en, en_desk, sv, sv_desk, words

SV = words("sv")
EN = words("en")
NBSP = "\N{NO-BREAK SPACE}"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_both_languages_have_the_same_texts() -> None:
    assert set(LANGUAGES["sv"]) == set(LANGUAGES["en"])


def test_no_text_is_empty() -> None:
    assert all(text.strip() for texts in LANGUAGES.values() for text in texts.values())


def test_no_text_is_said_in_two_places():
    assert not sv.TEXTS.keys() & sv_desk.TEXTS.keys()
    assert not en.TEXTS.keys() & en_desk.TEXTS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_trade_has_a_text(language: str) -> None:
    keys = {
        *(f"kind.{kind}" for kind in Kind),
        *(f"kinds.{kind}" for kind in Kind),
        *(f"state.{state}" for state in State),
        *(f"verdict.{verdict}" for verdict in Verdict),
        *(f"outlook.{outlook}" for outlook in Outlook),
        *(f"origin.{origin}" for origin in Origin),
        *(f"reason.{reason}" for reason in Reason),
    }
    assert keys <= set(LANGUAGES[language])


def test_the_verdicts_are_the_words_that_the_board_uses() -> None:
    assert [SV.verdict(verdict) for verdict in Verdict] == [
        "Uppnått",
        "Delvis uppnått",
        "Ej uppnått",
        "Ej mätbart",
    ]
    assert [SV.outlook(outlook) for outlook in Outlook] == [
        "Bedöms uppnås",
        "Bedöms delvis uppnås",
        "Bedöms inte uppnås",
        "Kan inte bedömas",
    ]
    assert SV.verdict(None) == "–"


@pytest.mark.parametrize(
    ("ratio", "decimals", "swedish", "english"),
    [
        (0.992, 1, f"99,2{NBSP}%", f"99.2{NBSP}%"),
        (0.99195, 3, f"99,195{NBSP}%", f"99.195{NBSP}%"),
        (0.99165, 2, f"99,17{NBSP}%", f"99.17{NBSP}%"),  # half goes up though binary lies below
        (1.0, 1, f"100,0{NBSP}%", f"100.0{NBSP}%"),
        (0.0, 0, f"0{NBSP}%", f"0{NBSP}%"),
    ],
)
def test_a_ratio_is_written_in_percent(
    ratio: float, decimals: int, swedish: str, english: str
) -> None:
    assert SV.percent(ratio, decimals) == swedish
    assert EN.percent(ratio, decimals) == english


def test_numbers_have_the_signs_of_the_language() -> None:
    assert SV.number(-1234567.5, 1) == f"−1{NBSP}234{NBSP}567,5"
    assert EN.number(1234567.5, 1) == "1,234,567.5"
    assert SV.number(2.5) == "3"


def test_a_value_is_not_rounded_over_its_target() -> None:
    decided = DecidedTarget(Op.AT_LEAST, 0.992)
    assert SV.value(0.99195, Unit.RATIO, decided) == f"99,195{NBSP}%"
    assert SV.value(0.99196, Unit.RATIO) == f"99,20{NBSP}%"
    assert SV.value(None, Unit.RATIO, decided) == "–"


def test_a_decided_target_is_written_as_it_was_decided() -> None:
    assert SV.decided(DecidedTarget(Op.AT_LEAST, 0.992), Unit.RATIO) == f"≥{NBSP}99,2{NBSP}%"
    assert SV.decided(DecidedTarget(Op.AT_MOST, 7), Unit.DAYS) == f"≤{NBSP}7{NBSP}dagar"
    assert SV.decided(None, Unit.RATIO) == "–"


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0 s"),
        (40 * SECOND, "40 s"),
        (100 * SECOND, "1 min 40 s"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min"),
        (3 * HOUR + 20 * MINUTE + 31 * SECOND, "3 h 21 min"),
        (HOUR - SECOND // 4, "1 h"),
        (23 * HOUR + 59 * MINUTE + 45 * SECOND, "1 dygn"),
        (51 * HOUR, "2 dygn 3 h"),
        (-90 * SECOND, "−1 min 30 s"),
        (SECOND // 3, "0 s"),
    ],
)
def test_a_duration_is_written_in_the_two_units_that_say_most(duration: int, text: str) -> None:
    assert SV.duration(duration).replace(NBSP, " ") == text


def test_days_are_named_in_the_language() -> None:
    assert EN.duration(51 * HOUR).replace(NBSP, " ") == "2 d 3 h"


def test_dates_are_local_and_iso() -> None:
    just_before_midnight_utc = 1_790_807_400 * SECOND  # 2026-09-30T22:30Z
    assert SV.date(just_before_midnight_utc, STOCKHOLM) == "2026-10-01"
    assert SV.time(just_before_midnight_utc, STOCKHOLM) == "2026-10-01 00:30:00"


def test_round_trip_times_are_in_milliseconds() -> None:
    assert SV.milliseconds(0.000351) == f"0,35{NBSP}ms"
    assert SV.milliseconds(0.0123) == f"12{NBSP}ms"


def test_a_foreign_reason_is_shown_as_it_is() -> None:
    assert SV.reason("timeout") == "svarar inte"
    assert SV.reason("E1234") == "E1234"
