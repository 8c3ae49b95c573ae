"""The made-up organisation is one that could be."""

import ipaddress

from collector.demo.configuration import write_configuration
from collector.demo.organisation import SENTINELS, SITES, Ports, behind, organisation
from collector.demo.texts import TEXTS
from collector.domain.targets import Kind
from collector.settings.load import load

DEVICES = organisation()


def test_every_municipality_has_each_class_of_device() -> None:
    for site in SITES:
        kinds = {device.kind for device in DEVICES if device.site == site}
        assert kinds >= {Kind.SERVER, Kind.SWITCH, Kind.ACCESS_POINT, Kind.FIREWALL}, site
    everywhere = {device.kind for device in DEVICES}
    assert everywhere == set(Kind) - {Kind.OTHER}
    assert 55 <= len(DEVICES) <= 70


def test_names_and_addresses_are_unique_and_on_loopback() -> None:
    assert len({device.name for device in DEVICES}) == len(DEVICES)
    assert len({device.address for device in DEVICES}) == len(DEVICES)
    assert all(ipaddress.ip_address(device.address).is_loopback for device in DEVICES)


def test_each_device_comes_after_what_it_is_reached_through() -> None:
    seen: set[str] = set()
    for device in DEVICES:
        assert device.parent is None or device.parent in seen, device
        seen.add(device.name)


def test_access_points_are_behind_switches_and_municipalities_behind_their_links() -> None:
    by_name = {device.name: device for device in DEVICES}
    for device in DEVICES:
        if device.kind is Kind.ACCESS_POINT:
            assert by_name[device.parent or ""].kind is Kind.SWITCH
    for link in (device for device in DEVICES if device.kind is Kind.LINK):
        cut_off = {device.name for device in behind(DEVICES, link.name)}
        assert cut_off | {link.name} == {d.name for d in DEVICES if d.site == link.site}


def test_nothing_is_behind_the_sentinels() -> None:
    assert [behind(DEVICES, name) for name in SENTINELS] == [[], []]


def test_the_configuration_is_sound_and_says_that_it_is_a_demo(tmp_path) -> None:
    for language, texts in TEXTS.items():
        config = write_configuration(
            tmp_path,
            DEVICES,
            listen="127.0.0.1:9780",
            language=language,
            texts=texts,
            ports=Ports(16161, 18780, 16053),
        )
        settings = load(config, {})
        assert settings.organisation.startswith("Demo")
        assert settings.warnings == ()
        assert {target.name: (target.kind, target.parent) for target in settings.targets} == {
            device.name: (device.kind, device.parent) for device in DEVICES
        }


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["sv"].keys() == TEXTS["en"].keys()
