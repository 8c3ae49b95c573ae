"""How many SNMP sessions are kept: the rest of the agent always has descriptors left."""

import pytest

from collector.probes._snmp.gufo import _sessions_within


@pytest.mark.parametrize(
    ("descriptors", "kept"), [(256, 128), (1024, 512), (4096, 3584), (20_000, 17_500)]
)
def test_an_eighth_is_left_but_512_and_of_few_the_half(descriptors, kept):
    assert _sessions_within(descriptors) == kept
