"""The codecs there are, by name, with the keys of this installation."""

from collections.abc import Mapping

from ingest.codecs.cjt188.codec import Cjt188
from ingest.codecs.decoded import Codec
from ingest.codecs.dlt645.codec import Dlt645
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.key_file import installed
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.native import Native
from ingest.codecs.senml.codec import SenML
from ingest.codecs.sparkplug_b.codec import SparkplugB

ALIASES: Mapping[str, str] = {
    "senml_rfc8428": "senml",
    "sparkplug": "sparkplug_b",
    "gbt32960": "gb32960",
    "jtt808": "jt808",
    "dlt645-2007": "dlt645",
}
"""Other names by which codecs are asked for."""


def codecs(*, hears_all: bool = True) -> tuple[Codec, ...]:
    """One of each.

    Parameters
    ----------
    hears_all : bool
        Whether they are given all messages of a device: collectors that share them are not.

    Raises
    ------
    ConfigurationError
        If the file of keys that the environment names cannot be used.
    """
    sparkplug = SparkplugB(hears_all=hears_all)
    return (Native(), Gb32960(keys=installed()), Jt808(), Dlt645(), Cjt188(), sparkplug, SenML())
