"""What requests say."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Base of what a request says: a field that nobody knows is refused, never passed over.

    It may be a slip of the pen, and what was meant would not be done without a word.
    """

    model_config = ConfigDict(extra="forbid")
