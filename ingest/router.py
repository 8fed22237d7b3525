"""Which codec reads a topic. Pure.

The codec with the most specific filter that matches; `ingest.topic_filter` says what that means.
"""

from collections.abc import Iterable
from functools import lru_cache

from domain.errors import ConfigurationError
from ingest.codecs.decoded import Codec
from ingest.profile.profile import Profile
from ingest.topic_filter import check_filter, covers, matches, specificity

_TOPICS_REMEMBERED = 100_000


class Router:
    """Finds the codec of each topic.

    Parameters
    ----------
    codecs : iterable of Codec
        All that take part, in any order.

    Attributes
    ----------
    filters : tuple of str
        What to subscribe to: all filters but those that a wider one covers, since a broker may
        send a message once for each filter that matches.

    republished_within_s : dict of str to float
        Of profiles whose devices send what they sent before, how long that is no measurement. [s]

    Raises
    ------
    ConfigurationError
        If two codecs claim the same filter, or one is no filter.
    """

    def __init__(self, codecs: Iterable[Codec]) -> None:
        claims: dict[str, Codec] = {}
        for codec in codecs:
            for one in codec.filters:
                check_filter(one)
                other = claims.setdefault(one, codec)
                if other is not codec:
                    reason = f"{other.name} and {codec.name} both claim {one}"
                    raise ConfigurationError(f"{reason}: change the topics of one of them")
        self._claims = sorted(claims.items(), key=lambda claim: specificity(claim[0]))
        self.filters = tuple(
            sorted(
                narrow
                for narrow in claims
                if not any(wide != narrow and covers(wide, narrow) for wide in claims)
            )
        )
        self.republished_within_s = {
            codec.name: codec.republished_within_s
            for codec in claims.values()
            if isinstance(codec, Profile) and codec.republished_within_s is not None
        }
        self.codec_of = lru_cache(maxsize=_TOPICS_REMEMBERED)(self._find)

    def _find(self, topic: str) -> Codec | None:
        """Codec of a topic; None when no filter matches."""
        return next((codec for one, codec in self._claims if matches(one, topic)), None)
