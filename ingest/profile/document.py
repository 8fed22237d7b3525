"""What a profile file may say. `docs/profiles.md` explains it to those who write one."""

from typing import Any

import msgspec


class ValueRule(msgspec.Struct, forbid_unknown_fields=True):
    """What becomes of one value of the payload.

    Attributes
    ----------
    is_ : str
        Quantity it is, of the list of quantities.
    own : str
        Name of its own, snake_case with the unit at its end, when the list has none for it.
    unit : str
        Unit in the payload; wins over what the payload says at `Part.unit_at`.
    scale, offset : str
        What the payload's number is multiplied by, and what is then added, before `unit` counts.
    negate : bool
        The payload counts the other way round.
    codes : dict
        Words of the payload and what they are stored as; ``*`` for all others.
    text : bool
        It is a text and stored as it is.
    kind : str
        ``cumulative``, ``gauge`` or ``state``: checked against the list of quantities.
    channel : str
        Channel it belongs to; ``<n>`` is what ``<n>`` of its key stands for.
    """

    is_: str = msgspec.field(default="", name="is")
    own: str = ""
    unit: str = ""
    scale: str | float = "1"
    offset: str | float = "0"
    negate: bool = False
    codes: dict[str, str | int] = {}
    text: bool = False
    kind: str = ""
    channel: str = ""

    @property
    def name(self) -> str:
        """Name it is stored under."""
        return self.is_ or self.own


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """Values that stand together in the payload.

    Attributes
    ----------
    at : str or list of str
        Where, from the sample; the last name may have ``<n>`` in it.
    channel : str
        Channel they belong to.
    values : dict
        Path of each value, from `at`, and the quantity it is or its `ValueRule`.
    value_at, unit_at, channel_at : str
        Names of the members when each value is an object of its own.
    key_at : str
        The part is a record that names its one value here, which stands at `value_at`.
    lists : str
        Channel of the elements when a value is a list; ``<n>`` counts from 1.
    unmapped : str
        What becomes of a number not in `values`: ``ignore``, ``keep``, or a name with ``<key>``.
    """

    at: str | list[str] = "."
    channel: str = ""
    values: dict[str, str | ValueRule] = {}
    value_at: str = ""
    unit_at: str = ""
    channel_at: str = ""
    key_at: str = ""
    lists: str = ""
    unmapped: str = "ignore"


class TimeRule(msgspec.Struct, forbid_unknown_fields=True):
    """Where the time stands and how it is written.

    Attributes
    ----------
    at : str
        Path from the sample; one that begins with ``/`` begins at the whole payload.
    level : str
        Or the level of the topic that has it.
    as_ : str or list of str
        ``epoch_s``, ``epoch_ms``, ``iso``, ``age_s``, or a pattern such as ``yyyyMMddHHmmss``.
    """

    at: str = ""
    level: str = ""
    as_: str | list[str] = msgspec.field(default="iso", name="as")


class Condition(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a value, or something else in the sample, is below, above or outside limits."""

    value: str = ""
    at: str = ""
    below: float | None = None
    above: float | None = None


class Doubt(msgspec.Struct, forbid_unknown_fields=True):
    """When a value is kept but doubted.

    Attributes
    ----------
    values : list of str
        Names as stored; none for all of the sample.
    outside : list of two numbers
        It is doubted outside of them; without, whenever `when` holds.
    when : Condition
        Only when this holds.
    because : str
        Reason, kept with the value.
    """

    because: str
    values: list[str] = []
    outside: tuple[float, float] | None = None
    when: Condition | None = None


class Status(msgspec.Struct, forbid_unknown_fields=True):
    """What tells that a device came or went: the text itself, or what stands at `at`."""

    online: str = ""
    offline: str = ""
    at: str | list[str] = ""


class Fact(msgspec.Struct, forbid_unknown_fields=True):
    """A fact about a device: where it stands, and what a number there is multiplied by."""

    at: str
    times: int = 1


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What the sender wants published in answer."""

    topic: str
    json: Any


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """Messages that are read alike.

    Attributes
    ----------
    topic : str or list of str
        Topics with named levels; see `ingest.profile.topic`.
    payload : str or list of str
        ``json``, ``text`` or ``csv``; of several the first that it is.
    ignore : bool
        They say nothing of interest, such as commands.
    under : str
        Name under which the payload is read as if it stood in an object; may name a level.
    sender : str
        Code of the sender, made of levels; default the level ``{device}``.
    device : str
        Code of the samples' device where it is not the sender, made of levels.
    sender_at, device_at : str
        Where the payload has the code of the sender, and a sample that of its device.
    samples : str
        Where the samples are.
    late : bool
        They are history.
    notice : str
        ``online`` or ``offline`` when the message as such says so.
    """

    topic: str | list[str]
    payload: str | list[str] = "json"
    ignore: bool = False
    under: str = ""
    sender: str = ""
    device: str = ""
    sender_at: str = ""
    samples: str = "."
    device_at: str = ""
    time: str | list[str | TimeRule] | None = None
    values: dict[str, str | ValueRule] | None = None
    unmapped: str | None = None
    part: list[Part] | None = None
    doubt: list[Doubt] | None = None
    late: bool = False
    status: Status | None = None
    notice: str = ""
    about: dict[str, str | Fact] = {}
    reply: Answer | None = None


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """A profile file.

    Attributes
    ----------
    about, source : str
        What it reads, and the vendor's document it was written from.
    aliases : list of str
        Shorter names.
    extends : str
        Profile it takes everything from that it does not say itself.
    base : str
        First levels of the topics, where an installation may choose them.
    missing : list
        Texts and numbers that stand for "not measured", beside the usual ones.
    republished_within_s : float or None
        The sender repeats what it knows: equal values within so long are no new measurement. [s]
    message : list of Rule
        Of several rules for a topic the one with the most specific topic counts.
    time, values, unmapped, part, doubt
        For every message that does not have its own.
    """

    about: str = ""
    source: str = ""
    aliases: list[str] = []
    extends: str = ""
    base: str = ""
    missing: list[str | float] = []
    republished_within_s: float | None = None
    message: list[Rule] = []
    time: str | list[str | TimeRule] | None = None
    values: dict[str, str | ValueRule] | None = None
    unmapped: str | None = None
    part: list[Part] | None = None
    doubt: list[Doubt] | None = None
