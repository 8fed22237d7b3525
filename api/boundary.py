"""Where and over which readings a role or key sees: a place or a contract, and a span."""

from typing import Self

from pydantic import AwareDatetime, model_validator

from api.body import Body


class Boundary(Body):
    """A place with all below it, or the meters of a contract; null ends are open."""

    organisation_id: int | None = None
    contract_id: int | None = None
    sees_from: AwareDatetime | None = None
    sees_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.organisation_id is None) == (self.contract_id is None):
            raise ValueError("want a place or a contract, and not both")
        if self.sees_from and self.sees_until and self.sees_from >= self.sees_until:
            raise ValueError("want sees_from before sees_until")
        return self
