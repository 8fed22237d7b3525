"""When outdoor weather is out of date, for the worker that alarms it and the API that says it."""

from datetime import timedelta
from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WeatherSettings(BaseSettings):
    """Read from ``CIVICWATT_WEATHER_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="CIVICWATT_", frozen=True)

    weather_stale_hours: float = Field(default=3, gt=0, le=72)
    """Outdoor weather older than this is told as out of date. [h]"""

    @property
    def stale_after(self) -> timedelta:
        """The same as a span."""
        return timedelta(hours=self.weather_stale_hours)


@cache
def weather_settings() -> WeatherSettings:
    """Those of this process."""
    return WeatherSettings()
