"""The properties of tests/unit/answers/test_properties.py on many more, and on random, examples."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.answers.test_properties import PROPERTIES

LONG = settings(
    max_examples=3_000, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", PROPERTIES)
def test_property_on_many_examples(name: str) -> None:
    strategies, check = PROPERTIES[name]
    LONG(given(**strategies)(check))()
