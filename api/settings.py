"""Settings of the API: from the environment (`NANOOS_API_…`), else `api.yaml` in the home, else these."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from api.site import BUILT
from nanoos_plugins.install.home import home


class Settings(BaseSettings):
    """All settings with their defaults."""

    model_config = SettingsConfigDict(env_prefix='NANOOS_API_', extra='forbid')

    host: str = Field('127.0.0.1', description='address to listen at; 0.0.0.0 for all of this machine')
    port: int = Field(8000, ge=0, le=65535, description='port to listen at')
    sign_up: Literal['closed', 'invite', 'open'] = Field(
        'closed', description='who may open an account: nobody, whoever has an invite, everybody'
    )
    web_dir: Path = Field(BUILT, description='folder of the built web application, where `make web` puts it')
    cors_origins: list[str] = Field([], description='origins of other web pages that may use the API')
    max_body_bytes: int = Field(1_000_000, gt=0, description='largest body of a request, uploads excepted')
    max_upload_bytes: int = Field(50_000_000, gt=0, description='largest body of an upload')
    body_timeout: float = Field(30.0, gt=0, description='[s] in which the body of a request must arrive')
    requests_per_minute: int = Field(6000, gt=0, description='of one caller, over all endpoints')
    sign_ins_per_minute: int = Field(10, gt=0, description='of one address: sign-in, sign-up, refresh')
    oidc_issuer: str | None = Field(None, description='URL of an OpenID Connect provider to sign in at')
    oidc_client_id: str = Field('nanoos', description='as which that provider knows this instance')
    oidc_client_secret: SecretStr | None = Field(None, description='for a provider that asks for one')
    oidc_redirect_url: str = Field(
        'http://127.0.0.1:8000/sign-in/', description='page to which that provider sends people back'
    )
    metrics_token: SecretStr | None = Field(
        None, description='with which Prometheus may read /metrics; administrators always may'
    )
    read_threads: int = Field(
        2, gt=0, description='statements that run at the same time; more than cores wait for each other'
    )
    slow_threads: int = Field(4, gt=0, description='queries and exports that run at the same time')
    query_seconds: float = Field(10.0, gt=0, description='[s] that a page of a query may take')
    stream_seconds: float = Field(120.0, gt=0, description='[s] after which the stream of a query ends')
    stream_bytes: int = Field(200_000_000, gt=0, description='bytes after which the stream of a query ends')
    archive_nodes: int = Field(50_000, gt=0, description='most nodes of an archive')
    archive_bytes: int = Field(500_000_000, gt=0, description='most bytes of an archive, unpacked')
    archive_processes: int = Field(2, gt=0, description='archives that are written or read at the same time')
    archive_seconds: int = Field(300, gt=0, description='[s] in which an archive must be written or read')
    dataset_processes: int = Field(1, gt=0, description='data sets that are made at the same time')
    dataset_seconds: int = Field(300, gt=0, description='[s] in which a data set must be made')
    prediction_seconds: float = Field(
        300.0, gt=0, description='[s] that the predictions of a request may take'
    )
    prediction_megabytes: int = Field(4000, gt=0, description='[MB] of memory of the process that predicts')

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say where settings come from, the first that has one wins."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, home() / 'api.yaml')
