"""A profile that cannot be used says what is wrong, where, and what is wanted."""

from pathlib import Path

import pytest

from civicwatt.cli import main
from domain.errors import ConfigurationError
from ingest.profile.check import findings_of
from ingest.profile.load import check_file, load, load_profiles, shipped_texts
from tests.unit.profiles.world import decode, values

MESSAGE = '[[message]]\ntopic = "acme/{device}/up"\ntime = "arrival"\n'


def with_value(rule: str) -> str:
    return f"{MESSAGE}[message.values]\nP = {rule}\n"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("[[message]\n", "not TOML: Expected ']]' at the end of an array declaration"),
        ("", "no [[message]]: nothing would be read"),
        ('[[message]]\ntopik = "a"', "message 1: topik: unknown key; did you mean 'topic'?"),
        ("[[message]]\ntopic = 5", "message 1: topic: Expected `str | array`, got `int`"),
        (
            with_value('{ is = "active_power_kw", uint = "W" }'),
            "message 1: values, 'P': uint: unknown key; did you mean 'unit'?",
        ),
        (
            with_value('"activ_power_kw"'),
            (
                "message 1: values, 'P': unknown quantity 'activ_power_kw';"
                " did you mean 'active_power_kw'?"
            ),
        ),
        (
            with_value('"wind"'),
            (
                "message 1: values, 'P': unknown quantity 'wind';"
                " a name of your own is given with `own`"
            ),
        ),
        (
            with_value('{ is = "active_power_kw", unit = "kWh" }'),
            "message 1: values, 'P': unit 'kWh' is none of active_power_kw: want one like 'kW'",
        ),
        (
            with_value('{ is = "active_power_kw", unit = "furlong" }'),
            "message 1: values, 'P': unit 'furlong' is none of active_power_kw: want one like 'kW'",
        ),
        (
            with_value('{ is = "active_energy_import_kwh", kind = "gauge" }'),
            "message 1: values, 'P': kind 'gauge': active_energy_import_kwh is cumulative",
        ),
        (
            with_value('{ own = "active_power_kw" }'),
            (
                "message 1: values, 'P': 'active_power_kw' is in the list of quantities:"
                " give it with `is`"
            ),
        ),
        (
            with_value('{ own = "Wind Speed" }'),
            "message 1: values, 'P': name 'Wind Speed': want small letters, digits and _",
        ),
        (
            with_value('{ own = "wind", unit = "m/s" }'),
            (
                "message 1: values, 'P': unit 'm/s': the name 'wind' does not end with a unit to"
                " turn it into"
            ),
        ),
        (
            with_value('{ is = "gear", codes = { D = "drive" } }'),
            (
                "message 1: values, 'P': codes, 'D': 'drive' is no gear;"
                " there are P, R, N, D, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
            ),
        ),
        (
            with_value('{ is = "active_power_kw", scale = "a tenth" }'),
            "message 1: values, 'P': scale 'a tenth', offset '0': want numbers",
        ),
        (
            with_value("{}"),
            (
                "message 1: values, 'P': want either `is`, a quantity of the list, or `own`,"
                " a name of your own"
            ),
        ),
        (
            '[[message]]\ntopic = "cw/v1/#"',
            "message 1: topic 'cw/v1/#' takes in cw/v1/#, where native devices speak",
        ),
        (
            '[[message]]\ntopic = "cw/v1/{key..}"',
            "message 1: topic 'cw/v1/{key..}' takes in cw/v1/#, where native devices speak",
        ),
        (
            '[[message]]\ntopic = "{a}/{b}/{device}/up"',
            "message 1: topic '{a}/{b}/{device}/up' takes in cw/v1/#, where native devices speak",
        ),
        (
            '[[message]]\ntopic = "{a}/{b}"',
            "message 1: topic '{a}/{b}' takes in every device's messages: name a level",
        ),
        (
            '[[message]]\ntopic = "a/x{device}"',
            "message 1: topic 'a/x{device}': x{device} must be a whole level {name}",
        ),
        (
            '[[message]]\ntopic = "{base}/{device}"',
            "message 1: topic '{base}/{device}' has {base}: want `base = \"..\"`",
        ),
        (
            '[[message]]\ntopic = "a/{device}"\nsender = "{sn}"',
            "message 1: '{sn}': topic 'a/{device}' has no level {sn}",
        ),
        (
            '[[message]]\ntopic = ["a/{device}", "a/{other}"]',
            "two [[message]] have the same topic",
        ),
        (
            f'{MESSAGE}unmapped = "all"',
            "message 1: unmapped 'all': want 'ignore', 'keep' or a name",
        ),
        (f'{MESSAGE}notice = "gone"', 'message 1: notice \'gone\': want "online" or "offline"'),
        (f'{MESSAGE}payload = "xml"', "payload 'xml': want one of json, text, csv"),
        (
            '[[message]]\ntopic = "a/{device}"\ntime = [{ at = "t", as = "dd.MM.yyyy" }]',
            "time as 'dd.MM.yyyy': want epoch_s, epoch_ms, iso, age_s, or a pattern of",
        ),
        ('[[message]]\ntopic = "a/{device}"\ntime = "now"', "time 'now': want \"arrival\""),
        (
            f'{MESSAGE}[[message.part]]\nkey_at = "n"',
            "message 1: part 1: key_at without value_at: where is the value?",
        ),
        (
            f'{MESSAGE}[message.values]\na = "soc_pct"\n"a.b" = "soh_pct"',
            "'a' is a value: it cannot have others in it",
        ),
        (
            f"{MESSAGE}[[message.part]]\n[[message.part]]",
            "part at '.': another part is there already",
        ),
    ],
)
def test_a_finding_names_place_and_wish(text: str, finding: str) -> None:
    found = findings_of("mine", text)
    assert [one for one in found if one.startswith(f"mine: {finding}")], found


def test_everything_wrong_is_said_at_once() -> None:
    text = f'{MESSAGE}[message.values]\nP = "watts"\nQ = "vars"\n'
    assert len(findings_of("mine", text)) == 2


@pytest.mark.parametrize("name", shipped_texts())
def test_shipped_profiles_have_nothing_wrong_and_say_where_they_are_from(name: str) -> None:
    profile = load(name, shipped_texts()[name])
    assert profile.about
    assert profile.source


def test_a_file_is_checked_beside_the_shipped_profiles(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[message]]\ntopic = "zigbee2mqtt/{device}"\n')
    assert check_file(file) == [
        "mine: topic zigbee2mqtt/+ is claimed by zigbee2mqtt too: of equal ones neither wins"
    ]


def test_the_command_ends_with_1_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(with_value('"active_power_kw"'))
    bad.write_text(with_value('"activ_power_kw"'))
    assert main(["profile", "check", str(good)]) == 0
    assert capsys.readouterr().out == "good: can be used\n"
    assert main(["profile", "check", str(bad)]) == 1
    assert "did you mean 'active_power_kw'?" in capsys.readouterr().err


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "list"]) == 0
    printed = capsys.readouterr().out
    assert "shelly_gen2, shelly\n" in printed
    assert "zigbee2mqtt/+" in printed


def test_a_profile_of_a_shipped_name_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "tasmota.toml").write_text(with_value('"active_power_kw"'))
    (mine,) = [one for one in load_profiles(tmp_path) if one.name == "tasmota"]
    assert mine.filters == ("acme/+/up",)
    assert values(decode(mine, "acme/7/up", {"P": 1})) == {"active_power_kw": 1.0}


def test_a_name_that_two_profiles_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'aliases = ["shelly"]\n{MESSAGE}')
    with pytest.raises(ConfigurationError, match="mine and shelly_gen2 are both called shelly"):
        load_profiles(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder of profiles"):
        load_profiles(tmp_path / "none")


def test_extending_what_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="mine: extends 'shelly1'; there are acrel"):
        load("mine", 'extends = "shelly1"')
