"""How far a long transmission has come: a bar on a terminal, a line now and then elsewhere."""

from typing import TextIO

_BAR = 30
_LINE_EVERY = 0.1
_BAR_EVERY = 0.002


class Progress:
    """Shows a share of work done and the rate of samples.

    Parameters
    ----------
    what : str
        Name of the work, such as ``history``.
    out : TextIO
        Where to show it.
    """

    def __init__(self, what: str, out: TextIO) -> None:
        self._what = what
        self._out = out
        self._bar = out.isatty()
        self._shown = -1.0

    def show(self, share: float, note: str, samples: int, seconds: float) -> None:
        """Show the state of things, unless hardly anything changed.

        Parameters
        ----------
        share : float
            Done, 0..1 [1].
        seconds : float
            Since the work began [s].
        """
        step = _BAR_EVERY if self._bar else _LINE_EVERY
        if share < 1.0 and share - self._shown < step:
            return
        self._shown = share
        rate = samples / seconds if seconds > 0 else 0.0
        text = f"{share:4.0%} {note}, {samples} samples, {rate:.0f}/s"
        if not self._bar:
            self._out.write(f"{self._what} {text.strip()}\n")
        else:
            full = round(share * _BAR)
            end = "\n" if share >= 1.0 else ""
            self._out.write(f"\r{self._what} [{'#' * full}{'.' * (_BAR - full)}] {text}\x1b[K{end}")
        self._out.flush()
