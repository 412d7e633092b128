"""Settings: the environment (``PARTNERGRAPH_…``) or ``partnergraph.toml`` in the working folder."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from partnergraph.errors import UsageError
from partnergraph.names import nearest

_PREFIX = "PARTNERGRAPH_"
_FILE = Path("partnergraph.toml")
MIB = 1024 * 1024
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""


class Settings(BaseSettings):
    """What can be set, with its safe default; limits are shown at ``/health/ready``."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, toml_file=_FILE, extra="forbid", frozen=True
    )

    store: str = Field(
        default_factory=lambda: str(user_data_path("partnergraph") / "store"),
        description="the store: a folder, :memory:, or the URL of a SPARQL service",
    )
    query_seconds: float = Field(
        default=20, gt=0, description="longest time for one query, in seconds"
    )
    query_mib: int = Field(default=2048, ge=256, description="most memory for one query, in MiB")
    result_mib: int = Field(default=64, ge=1, description="largest answer to one query, in MiB")
    result_rows: int = Field(
        default=500_000, ge=1, description="most rows or statements in one answer"
    )
    parallel_queries: int = Field(default=2, ge=1, description="queries that run at the same time")
    waiting_seconds: float = Field(default=10, gt=0, description="longest wait for a free place")
    validate_seconds: float = Field(
        default=120, gt=0, description="longest time for one validation"
    )
    request_mib: int = Field(default=16, ge=1, description="largest request body or file, in MiB")
    bulk_mib: int = Field(
        default=4096, ge=1, description="largest file that is judged in parts, in MiB"
    )
    query_kib: int = Field(default=256, ge=1, description="longest query text, in KiB")
    requests_per_minute: int = Field(
        default=600, ge=1, description="requests that one client may send in a minute"
    )
    scratch: bool = Field(
        default=False,
        description="serve a store without our graphs, in which every graph may be written",
    )
    write_tokens: dict[str, Digest] = Field(
        default={},
        description="who may write: a label for each, and the SHA-256 of its token; none: nobody",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def limits(self) -> dict[str, float | int]:
        """Return every limit by name."""
        return {
            name: getattr(self, name)
            for name, field in sorted(type(self).model_fields.items())
            if field.annotation in {int, float}
        }


@cache
def settings() -> Settings:
    """Return the settings of this process.

    Raises:
        UsageError: a setting is unknown or has a value it cannot have.
    """
    known = set(Settings.model_fields)
    for variable in os.environ:
        if variable.startswith(_PREFIX):
            name = variable.removeprefix(_PREFIX).lower()
            if name not in known:
                raise UsageError(
                    f"the environment sets {variable}, and there is no setting “{name}”",
                    hint=nearest(name, known, "Settings: " + ", ".join(sorted(known))),
                )
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        hint = nearest(name, known, "Settings: " + ", ".join(sorted(known)))
        raise UsageError(
            f"the setting “{name}” is not right: {first['msg']}",
            hint="" if name in known else hint,
        ) from error
    except SettingsError as error:  # a value of the environment that is no JSON
        raise UsageError(
            f"a setting is not right: {error}",
            hint='A table in the environment is written {"label": "value"}',
        ) from error
    except ValueError as error:  # a broken partnergraph.toml
        raise UsageError(f"{_FILE} cannot be read: {error}") from error
