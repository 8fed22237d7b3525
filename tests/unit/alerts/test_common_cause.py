"""A place or a feeder explains silence where all in it are silent and no single way explains it."""

from analytics.alerts.common_cause import common_causes

SITE, NORTH, SOUTH = 1, 2, 3
GROUPS = {SITE: frozenset({10, 11, 20, 21}), NORTH: frozenset({10, 11}), SOUTH: frozenset({20, 21})}
DEPTH = {SITE: 1, NORTH: 2, SOUTH: 2}
OWN_WAYS = {each: each for each in GROUPS[SITE]}


def test_the_widest_that_is_silent_altogether_is_told() -> None:
    assert common_causes(GROUPS, OWN_WAYS, {10, 11, 20, 21}, DEPTH) == [SITE]
    assert common_causes(GROUPS, OWN_WAYS, {10, 11, 20}, DEPTH) == [NORTH]
    assert common_causes(GROUPS, OWN_WAYS, {10, 20}, DEPTH) == []


def test_of_a_site_with_one_building_the_building_is_told() -> None:
    groups = {SITE: GROUPS[NORTH], NORTH: GROUPS[NORTH]}
    assert common_causes(groups, OWN_WAYS, {10, 11}, DEPTH) == [NORTH]


def test_what_one_gateway_explains_is_left_to_it() -> None:
    behind_one = {10: 9, 11: 9, 20: 20, 21: 21}
    assert common_causes(GROUPS, behind_one, {10, 11}, DEPTH) == []
    assert common_causes(GROUPS, behind_one, {10, 11, 20, 21}, DEPTH) == [SITE]
