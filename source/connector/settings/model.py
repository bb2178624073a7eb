"""Every setting of this version: name, kind, default and what it is for.

The README's table is made from this (`connector.settings.reference`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from connector.bemcom.environment import Environment
from connector.csms.options import (
    CsmsOptions,
    Fallback,
    FileOptions,
    LimitOptions,
    PkiOptions,
    Retention,
)
from connector.mqtt.options import MqttOptions, TlsOptions, Will
from connector.openmqtt.topics import Topics
from connector.settings.connecting import ConnectionSettings, lacks_for
from connector.settings.documents import read_document
from connector.settings.fields import setting as _setting
from connector.settings.kinds import (
    AnyText,
    ApiToken,
    ChargingProfile,
    ConnectorName,
    Count,
    Days,
    EarlierCommands,
    Flag,
    Folder,
    Host,
    HttpUrl,
    IdTag,
    Measurands,
    Port,
    PortOrOff,
    ReadableFile,
    Role,
    Seconds,
    SomeSeconds,
    StationPolicy,
    StoreUrl,
    WholeSeconds,
    wrong,
)
from connector.settings.stations import (
    Identity,
    LimitFallback,
    StationEntry,
    once_without_case,
)
from connector.settings.tokens import (
    AskDefault,
    AskTimeout,
    IdToken,
    TokenEntry,
    TokenPolicy,
)
from connector.settings.tree import TreeSettings


class Settings(TreeSettings, ConnectionSettings):
    """What was set, typed, checked and frozen; `load` makes one."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    role: Role = _setting(
        "connector", "What this process is: `connector`, or `station` (see below)"
    )
    connector_name: ConnectorName = _setting(
        "ocpp-connector",
        "Name in BEMCom, first part of all topics and MQTT client id; "
        "without `+ # $ /` and control characters",
    )
    mqtt_broker_host: Host = _setting("localhost", "The MQTT broker")
    mqtt_broker_port: Port = _setting(1883, "Its port")
    mqtt_username: AnyText | None = _setting(None, "User at the broker")
    mqtt_password: AnyText | None = _setting(
        None,
        "Password at the broker; `MQTT_PASSWORD_FILE` names a file with it",
        secret=True,
    )
    mqtt_tls: Flag = _setting(False, "TLS to the broker (set its port too, often 8883)")
    mqtt_tls_ca: ReadableFile | None = _setting(
        None, "File with the CA of the broker's certificate; else the system's CAs"
    )
    mqtt_tls_cert: ReadableFile | None = _setting(
        None, "File with our client certificate, where the broker wants one"
    )
    mqtt_tls_key: ReadableFile | None = _setting(None, "File with its key")
    send_raw_message_to_db: Flag = _setting(
        False, "Send every OCPP frame to BEMCom's raw message database, secrets blanked"
    )
    debug: Flag = _setting(False, "Log more")

    unknown_stations: StationPolicy = _setting(
        "pending",
        "A station nobody knows: `pending` (waits until you adopt it), `accept`, "
        "`reject`",
    )
    stations: Annotated[
        dict[Identity, StationEntry], BeforeValidator(read_document)
    ] = _setting(
        {},
        "Known stations: a JSON object by identity, or the path of a YAML or JSON "
        "file; see below",
        shown="`{}`",
    )
    unknown_tokens: TokenPolicy = _setting(
        "accept",
        "An id token nobody knows: `accept`, `reject`, `ask` (on MQTT)",
    )
    token_ask_timeout_s: AskTimeout = _setting(
        5.0, "How long somebody who is asked may take, up to 60"
    )
    token_ask_default: AskDefault = _setting(
        "reject", "What holds where nobody answers in time: `accept`, `reject`"
    )
    tokens: Annotated[
        dict[IdToken, TokenEntry],
        AfterValidator(once_without_case("token")),
        BeforeValidator(read_document),
    ] = _setting(
        {},
        "Initial token registry: JSON or a path, an object by token; see below",
        shown="`{}`",
    )
    remote_id_token: IdTag = _setting(
        "remote",
        "Token of a start from MQTT; at most 16 characters, always authorised",
    )

    call_timeout_s: SomeSeconds = _setting(
        30.0, "How long a station may take to answer a command"
    )
    meter_interval_s: WholeSeconds = _setting(
        60, "Interval of meter values, configured at a station after it booted"
    )
    measurands: Measurands | None = _setting(
        None,
        "Measurands, configured likewise, divided by commas; empty leaves the "
        "station's own",
        shown="automatic",
    )

    limit_min_interval_s: Seconds = _setting(
        10.0, "A limit is sent to a station at most this often (lower ones at once)"
    )
    limit_persist_interval_s: Seconds = _setting(
        300.0, "The same for profiles that a station writes to flash memory"
    )
    limit_hold_s: Seconds = _setting(
        0.0, "Without a new limit for so long the fallback applies; 0 = for ever"
    )
    limit_fallback: LimitFallback = _setting(
        "none", "`none` (release), or a limit such as `4140W`, `6A`"
    )
    limit_failsafe: Flag = _setting(
        False,
        "The station falls back by itself when the connector is gone; needs a hold "
        "time and a fallback",
    )
    strict_validation: Flag = _setting(
        False, "Refuse what does not fit OCPP's schemas instead of tolerating it"
    )

    data_dir: Folder = _setting(
        Path("data"),
        "Where everything is kept",
        shown="`./data` (`/data` in the image)",
    )
    store_url: StoreUrl | None = _setting(
        None,
        "The database: `sqlite:///<path>`, or "
        "`postgresql://<user>:<password>@<host>:<port>/<database>`",
        shown="SQLite in `DATA_DIR`",
        secret=True,
    )
    retention_days: Days = _setting(
        0,
        "Transactions that ended, history, uploads and recordings that are older are "
        "removed; 0 = kept for ever",
    )
    http_host: Host = _setting(
        "127.0.0.1",
        "Address of the HTTP API, `/health`, `/metrics` and `/files`",
        shown="`127.0.0.1` (`0.0.0.0` in the image)",
    )
    http_port: PortOrOff = _setting(8080, "Their port; 0 turns them off", checked=True)
    api_token: ApiToken | None = _setting(
        None,
        "Who knows it may use the HTTP API; `API_TOKEN_FILE` names a file with it",
        shown="made up, kept in `DATA_DIR/api.token`, printed once",
        secret=True,
    )
    http_url: HttpUrl | None = _setting(
        None,
        "Where stations reach `/files`, behind a proxy or a port that is published "
        "as another: `https://example.com/prefix`",
        shown="the address a station itself uses, and `HTTP_PORT`",
    )
    max_upload_bytes: Count = _setting(
        104857600, "Longest file that a station may upload to `/files`; 0 = no bound"
    )

    record_dir: Folder | None = _setting(
        None,
        "Folder for recordings: a file of frames for each connection of each "
        "station, secrets blanked",
    )

    ocpp_config: EarlierCommands = _setting(
        {},
        "Of the earlier connector: JSON object whose keys name commands, declared as "
        "`execute_<command>`",
        shown="`{}`",
    )
    ocpp_profile: ChargingProfile | None = _setting(
        None,
        "Of the earlier connector: the charging profile (JSON) that takes a limit",
        shown="built in",
    )

    max_pending_stations: Count = _setting(
        1000, "Stations waiting for adoption; 0 = no bound"
    )

    @field_validator("mqtt_password")
    @classmethod
    def _password_has_a_user(cls, value: str | None, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("mqtt_username", "") is None:
            raise wrong("MQTT_USERNAME beside it")
        return value

    @field_validator("mqtt_tls_ca", "mqtt_tls_cert")
    @classmethod
    def _files_want_tls(cls, value: Path | None, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("mqtt_tls") is False:
            raise wrong("MQTT_TLS=TRUE beside it: without it nothing is encrypted")
        return value

    @field_validator("mqtt_tls_key")
    @classmethod
    def _key_has_a_certificate(cls, value: Path | None, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("mqtt_tls_cert", "") is None:
            raise wrong("MQTT_TLS_CERT beside it")
        return value

    @field_validator("limit_failsafe")
    @classmethod
    def _failsafe_has_what_it_needs(cls, value: bool, info: ValidationInfo) -> bool:
        hold_s, chosen = info.data.get("limit_hold_s"), info.data.get("limit_fallback")
        if value and (hold_s == 0 or chosen == "none"):
            raise wrong("FALSE, or a LIMIT_HOLD_S and a LIMIT_FALLBACK beside it")
        for identity, station in info.data.get("stations", {}).items():
            if value and (
                station.limit_hold_s == 0 or station.limit_fallback == "none"
            ):
                raise wrong(
                    f"FALSE, or a hold time and a fallback for station {identity!r} too"
                )
        return value

    @field_validator("stations")
    @classmethod
    def _profiles_have_what_they_need(
        cls, value: dict[str, StationEntry], info: ValidationInfo
    ) -> dict[str, StationEntry]:
        for identity, station in value.items():
            lacking = lacks_for(station.security_profile or 0, info.data)
            if lacking:
                profile = f"security_profile {station.security_profile}"
                raise wrong(f"{lacking} beside the {profile} of station {identity!r}")
        return value

    @field_validator("http_port")
    @classmethod
    def _ports_differ(cls, value: int, info: ValidationInfo) -> int:
        for name in ("ocpp_port", "ocpp_tls_port"):
            if value and value == info.data.get(name):
                raise wrong(f"another port than {name.upper()}")
        return value

    @field_validator("http_url")
    @classmethod
    def _url_has_a_port(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("http_port") == 0:
            raise wrong("nothing while HTTP_PORT is 0: then there are no files")
        return value

    @property
    def limits(self) -> LimitOptions:
        """What `datapoints.limits` needs."""
        chosen = self.limit_fallback
        return LimitOptions(
            min_interval_s=self.limit_min_interval_s,
            persist_interval_s=self.limit_persist_interval_s,
            hold_s=self.limit_hold_s,
            fallback=chosen if isinstance(chosen, Fallback) else None,
            failsafe=self.limit_failsafe,
        )

    @property
    def csms(self) -> CsmsOptions:
        """What the central system needs."""
        return CsmsOptions(
            unknown_stations=self.unknown_stations,
            stations={name: entry.options() for name, entry in self.stations.items()},
            unknown_tokens=self.unknown_tokens,
            token_ask_timeout_s=self.token_ask_timeout_s,
            token_ask_default=self.token_ask_default,
            tokens={name: entry.options() for name, entry in self.tokens.items()},
            remote_id_token=self.remote_id_token,
            heartbeat_interval_s=self.heartbeat_interval_s,
            call_timeout_s=self.call_timeout_s,
            meter_interval_s=self.meter_interval_s,
            measurands=self.measurands,
            strict_validation=self.strict_validation,
            max_pending_stations=self.max_pending_stations,
            min_security_profile=self.min_security_profile,
            operator_name=self.operator_name,
            limits=self.limits,
            files=FileOptions(
                self.data_dir, self.http_host, self.http_url, self.max_upload_bytes
            ),
            pki=PkiOptions(
                self.ocpp_tls_cert or (), self.ocpp_tls_client_ca, self.crl_file
            ),
        )

    @property
    def bemcom(self) -> Environment:
        """What the generic base needs."""
        return Environment(
            self.connector_name,
            self.mqtt_broker_host,
            self.mqtt_broker_port,
            "TRUE" if self.send_raw_message_to_db else "FALSE",
            "TRUE" if self.debug else "FALSE",
        )

    @property
    def mqtt(self) -> MqttOptions:
        """How the broker is reached, and what it says when we are gone."""
        tls = None
        if self.mqtt_tls:
            paths = (self.mqtt_tls_ca, self.mqtt_tls_cert, self.mqtt_tls_key)
            tls = TlsOptions(*(str(path) if path else None for path in paths))
        return MqttOptions(
            client_id=self.connector_name,
            username=self.mqtt_username,
            password=self.mqtt_password,
            tls=tls,
            will=Will(Topics(self.connector_name).bridge_state, b"offline"),
        )

    @property
    def retention(self) -> Retention:
        """For how long what is kept stays."""
        uploads = self.data_dir / "uploads"
        return Retention(self.retention_days, uploads, self.record_dir)

    @property
    def database_url(self) -> str:
        """Where everything is kept."""
        return self.store_url or f"sqlite:///{self.data_dir / 'connector.sqlite'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` has gathered: it knows where each came from."""
        return (init_settings,)
