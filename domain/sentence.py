"""Sentences that say why not: plain English for people, a code for machines and other languages."""

from collections.abc import Mapping
from typing import Self


class Sentence(str):
    """A sentence of which it is known what it says.

    It is a plain string wherever one is wanted. Who speaks another language words its `code`
    with its `parameters` anew.

    Parameters
    ----------
    code : str
        Stable short name of what it says, such as ``no_meter``.
    template : str
        The sentence, with the names of its parameters in braces.
    **parameters : object
        What was seen and wanted. Kept as text.

    Examples
    --------
    >>> Sentence("no_meter", "there is no meter {meter}", meter=7)
    'there is no meter 7'
    """

    __slots__ = ("code", "parameters", "template")

    code: str
    template: str
    parameters: Mapping[str, str]

    def __new__(cls, code: str, template: str, /, **parameters: object) -> Self:
        """Put the parameters into the template."""
        told = {name: str(value) for name, value in parameters.items()}
        self = super().__new__(cls, template.format(**told))
        self.code, self.template, self.parameters = code, template, told
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], Mapping[str, str]]:
        """What a copy is made of."""
        return (self.code, self.template), self.parameters
