"""The shape of scikit-learn's estimators, without its weight: parameters by name."""

import inspect
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]


class Estimator:
    """Base of the models: `get_params` and `set_params` over the arguments of `__init__`.

    `sklearn.base.clone` and whatever else asks for parameters take it for one of their own.
    """

    @classmethod
    def _names(cls) -> list[str]:
        return [name for name in inspect.signature(cls).parameters if name != "self"]

    def get_params(self, *, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - the name and argument of scikit-learn
        """Arguments of `__init__` as they are now."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> Self:
        """Change arguments of `__init__`.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        for name, value in params.items():
            if name not in self._names():
                raise ValueError(f"no parameter {name!r}; there are {', '.join(self._names())}")
            setattr(self, name, value)
        return self
