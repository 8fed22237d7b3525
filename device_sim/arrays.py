"""Array types of the simulator."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Seconds: TypeAlias = NDArray[np.int64]
"""Instants as whole seconds since 1970-01-01T00:00Z."""
Flags: TypeAlias = NDArray[np.bool_]
