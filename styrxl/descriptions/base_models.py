"""What all descriptions in YAML and TOML share: parts that refuse unknown keys, texts in both languages, and what is wrong with a value."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

Filled = Annotated[str, StringConstraints(pattern=r"\S")]


def wrong(code: str, **facts: Any) -> PydanticCustomError:
    """Return the error of a value that its kind alone does not refuse; ``code`` names its text in the catalogue's ``mistakes``."""
    return PydanticCustomError(code, "{code}", {"code": code, **facts})  # the catalogue has the text


class Part(BaseModel):
    """A part of a description: no keys but these, and nothing in place of something else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Text(Part):
    """A text in both languages."""

    sv: Filled = Field(description="Swedish")
    en: Filled = Field(description="English")
