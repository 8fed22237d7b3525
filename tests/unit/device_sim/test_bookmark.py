from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_sim.bookmark import Bookmark, begin
from device_sim.district import DistrictSettings
from domain.errors import ConfigurationError


def test_a_second_start_keeps_the_first_instant_of_the_first(
    tmp_path: Path, settings: DistrictSettings
) -> None:
    file = tmp_path / "data" / "simulate.json"
    begun = begin(file, settings)
    assert begun == Bookmark(settings, settings.first)
    Bookmark(settings, settings.first + timedelta(days=3)).save(file)
    tomorrow = replace(settings, first=settings.first + timedelta(days=1))
    assert begin(file, tomorrow) == Bookmark(settings, settings.first + timedelta(days=3))


def test_the_state_of_another_district_is_refused(
    tmp_path: Path, settings: DistrictSettings
) -> None:
    begin(tmp_path / "state", settings)
    with pytest.raises(ConfigurationError, match="of another district"):
        begin(tmp_path / "state", replace(settings, seed=settings.seed + 1))


def test_a_file_that_is_no_state_is_refused(tmp_path: Path, settings: DistrictSettings) -> None:
    (tmp_path / "state").write_text("{}")
    with pytest.raises(ConfigurationError, match="remove it to begin anew"):
        begin(tmp_path / "state", settings)
