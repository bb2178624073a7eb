"""What lives on the server's loop: the order in which it starts, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from connector.csms.central_system import CentralSystem, LinkOptions
from connector.csms.clock import Clock
from connector.csms.events import Disconnected
from connector.csms.garbage import Garbage
from connector.csms.times import iso
from connector.csms.upkeep import Upkeep
from connector.datapoints.actuators import Actuators
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.fact_queue import FactQueue
from connector.datapoints.flow_numbers import FlowNumbers
from connector.datapoints.history import shape_of
from connector.datapoints.kept_keys import KeptKeys
from connector.datapoints.keys import file_name
from connector.datapoints.limits.service import LimitService
from connector.datapoints.live import Live
from connector.datapoints.outcomes import Outcome
from connector.datapoints.present import Present
from connector.datapoints.profile_template import ProfileTemplate
from connector.datapoints.security_runs import profile_reporter
from connector.datapoints.sensors import Sensors
from connector.errors import SettingsError, StoreError
from connector.openmqtt.health import StationHealth
from connector.openmqtt.service import Client, OpenTopics
from connector.security.api_token import kept_token
from connector.server.kept_history import KeptHistory
from connector.server.ports import StationPorts
from connector.server.restoring import Restoring
from connector.server.telling import open_topics
from connector.sessions.frame_log import FrameLog
from connector.sessions.proxies import Proxies
from connector.sessions.recorded_files import RecorderOptions
from connector.sessions.recorder import Recorder, Serve
from connector.settings.model import Settings
from connector.settings.registered import entry_schema, read_entry
from connector.store import done_before, open_store

logger = logging.getLogger(__name__)

Json = dict[str, Any]
_COMMANDS_END_WITHIN_S = 1.0


class Server:
    """Everything between the stations' sockets and the queue to the flow."""

    def __init__(
        self, settings: Settings, version: str, queue: FactQueue, clock: Clock
    ) -> None:
        self._settings = settings
        self._version = version
        self._queue = queue
        self._clock = clock
        self._started_s = time.monotonic()
        self._started_ms = clock.now_ms()
        self._broker_since_ms: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.published: Callable[[], int] = lambda: 0
        """How many values the flow thread handed on, where there is one."""
        self.on_started: Callable[[], None] = lambda: None
        """Hears that all stations we know have been handed to the flow."""
        self._client: Client | None = None
        self._is_broker_there: Callable[[], bool] = lambda: False
        self.earlier_keys = EarlierKeys(settings.ocpp_config)
        self.store = open_store(settings.database_url)
        self._kept_keys = KeptKeys(self.store, clock)
        self._upkeep = Upkeep(
            lambda: self.store.archive, clock, settings.retention, shape_of
        )
        self.present = Present(Sensors(), lambda run: run())
        """Of the flow thread, where there is one."""
        self.live = Live(Sensors(), lambda run: run())
        """Likewise."""
        self.history = KeptHistory(self.store, clock, self.call)
        size = settings.frame_log_bytes
        self.frames = FrameLog(clock.now_ms, size) if size else None
        """The last frames of all stations."""
        self.central_system = CentralSystem(
            settings.csms,
            self.store,
            clock,
            queue.put,
            LinkOptions(
                max_frames_per_s=settings.max_frames_per_s,
                max_connections_per_address=settings.max_connections_per_address,
                handshake_timeout_s=settings.handshake_timeout_s,
                shows_frames=settings.send_raw_message_to_db,
                frames=self.frames,
            ),
            read_entry=read_entry,
        )
        self._garbage = Garbage(self.central_system.stations, clock)
        self._make_commands()
        self._recorder = self._make_recorder()
        serve: Serve = self.central_system.serve
        if self._recorder is not None:
            serve = self._recorder.around(serve)
        self._ports = StationPorts(settings, self.central_system, serve)
        self._restoring = Restoring(self.central_system, queue.put, clock)
        self._open_topics: OpenTopics | None = None
        self._station_health = StationHealth(
            self.central_system.stations,
            self.central_system.counts.messages,
            time.monotonic,
            clock.now_ms,
        )

    def _make_recorder(self) -> Recorder | None:
        folder = self._settings.record_dir
        if folder is None:
            return None
        options = RecorderOptions(folder, self._version)
        return Recorder(options, self._clock, file_name)

    def _make_commands(self) -> None:
        central = self.central_system
        self._limits = LimitService(
            central.stations,
            central.events,
            self._settings.limits,
            self.store,
            self._clock,
            publish=self._queue.put,
            report=self._report_late,
            remember=central.registry.remember,
        )
        central.blocks.autostart.profile_for_start = self._limits.profile_for_start
        central.blocks.v2.limits.has_limit = self._limits.has_limit
        central.blocks.v2.limits.schedule_update = self._limits.schedule_update
        context = Context(
            self._limits,
            self._settings.remote_id_token,
            ProfileTemplate(self._settings.ocpp_profile),
            central.blocks,
        )
        self._commands = Commands(
            central.stations, context, self._clock, self._queue.put
        )
        profiles = central.blocks.security_profiles
        profiles.report = profile_reporter(self._commands.report_late)
        profiles.ports = lambda: self._ports.served
        self._actuators = Actuators(
            central.stations,
            self._commands,
            self.earlier_keys,
            self._clock,
            self._queue.put,
        )

    def _report_late(
        self, station: str, where: str, command: str, outcome: Outcome
    ) -> None:
        kept = ", as it was kept"
        self._commands.report_late(station, where, command, outcome, kept)

    # -- from other threads

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have something called on the loop, if it runs."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function, *arguments)

    def write(self, key: str, value: object) -> None:
        """A value was written to an actuator."""
        self.call(self._actuators.write, key, value)

    def reject(self, key: str, problem: str) -> None:
        """A message to an actuator held no value."""
        self.call(self._actuators.reject, key, problem)

    def broker_is_back(self) -> None:
        """The MQTT client has (re)connected."""
        self.call(self._tell_state)

    def _tell_state(self) -> None:
        self._broker_since_ms = self._clock.now_ms()
        if self._open_topics is not None:
            self._open_topics.tell_state()

    def save_datapoints(self, station: str, keys: list[str]) -> None:
        """Keep the keys of a station."""
        self.call(self._kept_keys.keep, station, keys)

    # -- life

    async def run(self, stop: asyncio.Event, client: Client) -> None:
        """Serve until ``stop``.

        Raises:
            SettingsError: the store or the address cannot be used as it is set.
        """
        self._loop = asyncio.get_running_loop()
        self._client = client
        self._is_broker_there = getattr(client, "is_connected", lambda: False)
        if self._is_broker_there():
            # Its listener was called before there was a loop.
            self._broker_since_ms = self._clock.now_ms()
        if not await self._open_store(stop):
            return
        if self._recorder is not None:
            self._recorder.start()
        http = None
        try:
            await self._start()
            self.on_started()
            await self._ports.start()
            # Who reads "online" may send stations at once.
            self._open_topics = self._tell_openly(client)
            http = await self._start_http()
            await stop.wait()
        finally:
            await self._end(http)

    async def _open_store(self, stop: asyncio.Event) -> bool:
        """Whether it is open; not where all ended while we waited for a database."""
        try:
            return await done_before(stop, self.store.open())
        except StoreError as problem:
            raise SettingsError([f"DATA_DIR or STORE_URL: {problem}"]) from None

    async def _start(self) -> None:
        try:
            await self._load()
        except StoreError as problem:
            text = f"DATA_DIR or STORE_URL: {self.store.shown}: {problem}"
            raise SettingsError([text]) from None

    async def _load(self) -> None:
        await self.history.start()
        kept = await self._restoring.load(self.store)
        await self.central_system.registry.load()
        self._restoring.declare_all()
        self.central_system.events.subscribe(Disconnected, self._garbage.note)
        await self.central_system.start()
        await self._limits.start()
        self._restoring.restore_flows(kept)
        self._restoring.recall(self.store)
        self._upkeep.start()

    def _tell_openly(self, client: Client) -> OpenTopics:
        return open_topics(
            self._settings,
            self._version,
            self.central_system,
            self._commands,
            client,
            is_broker_there=self._is_broker_there,
            health=self.health,
            started=iso(self._started_ms),
        )

    async def _start_http(self) -> Any:
        settings = self._settings
        if not settings.http_port:
            return None
        kept = None
        if settings.api_token is None:
            kept = await asyncio.to_thread(kept_token, settings.data_dir)
        token = kept.token if kept else settings.api_token
        # Stations are served while this loads.
        http = await asyncio.to_thread(self._make_http, token)
        try:
            await http.start()
        except OSError as problem:
            text = (
                "no HTTP API, no /health and no /files: HTTP_HOST=%s, HTTP_PORT=%d: %s"
            )
            logger.error(text, settings.http_host, settings.http_port, problem)
            return None
        self.central_system.blocks.files.port = http.port
        if kept is not None:
            kept.tell(http.url)
        return http

    def _make_http(self, token: str | None) -> Any:
        """The HTTP server; in a thread, for much is loaded."""
        from connector.web.server import HttpServer  # noqa: PLC0415

        host, port = self._settings.http_host, self._settings.http_port
        files = self.central_system.blocks.files
        return HttpServer(self, host, port, files, self._api_context(token))

    def _api_context(self, token: str | None) -> Any:
        """What the routes of the API are given."""
        from connector.web.api.context import ApiContext  # noqa: PLC0415
        from connector.web.events.hub import Hub  # noqa: PLC0415

        return ApiContext(
            central_system=self.central_system,
            commands=self._commands,
            limits=self._limits,
            store=self.store,
            clock=self._clock,
            version=self._version,
            data_dir=self._settings.data_dir,
            token=token or "",
            read_entry=read_entry,
            entry_schema=entry_schema(),
            passwords=self.central_system.passwords,
            present=self.present,
            live=self.live,
            frames=self.frames,
            flow=self._flow_numbers(),
            hub=Hub(self._clock),
            started_ms=self._started_ms,
            proxies=Proxies(self._settings.trusted_proxies),
        )

    def _flow_numbers(self) -> FlowNumbers:
        settings = self._settings
        return FlowNumbers(
            waiting=lambda: len(self._queue),
            replaced=lambda: self._queue.replaced,
            published=self.published,
            dropped=lambda: getattr(self._client, "dropped", 0),
            dropped_ms=self._dropped_ms,
            is_connected=lambda: self.broker_connected,
            since_ms=lambda: self._broker_since_ms,
            address=f"{settings.mqtt_broker_host}:{settings.mqtt_broker_port}",
            name=settings.connector_name,
        )

    def _dropped_ms(self) -> int | None:
        dropped_s = getattr(self._client, "dropped_s", None)
        return None if dropped_s is None else int(dropped_s * 1000)

    async def _end(self, http: Any) -> None:
        """Take nobody in, end what runs, say so, and close the store."""
        if self._open_topics is not None:
            self._open_topics.stop()
        # A handshake that is made to wait would make us wait, too.
        self.central_system.take_nobody_in()
        await self._ports.stop()
        if self._recorder is not None:
            await asyncio.to_thread(self._recorder.stop)
        await self._restoring.stop()
        await self._commands.finish(_COMMANDS_END_WITHIN_S)
        await self._limits.stop()
        await self.central_system.stop()
        self._garbage.stop()
        if http is not None:
            await http.stop()
        await self._kept_keys.finish()
        await self._upkeep.stop()
        await self.history.finish()
        await self.store.close()
        # What the links said last is on its way to the flow.
        await asyncio.sleep(0)

    # -- health

    @property
    def broker_connected(self) -> bool:
        """The MQTT broker answers."""
        return self._is_broker_there()

    @property
    def store_works(self) -> bool:
        """The store kept what it was last asked to."""
        return self.store.is_writable

    @property
    def stations_connected(self) -> int:
        """How many stations have a link."""
        return self.central_system.connected

    def health(self) -> Json:
        """How this connector is, for the bridge topic."""
        return {
            "store": "ok" if self.store_works else "failing",
            "stations": len(self.central_system.stations),
            "connected": self.stations_connected,
            "pending": len(self.central_system.pending()),
            "replaced_values": self._queue.replaced,
            "malformed_frames": self.central_system.counts.malformed_frames,
            "certificate_days_left": self.central_system.blocks.certificate_days.own,
            "uptime_s": round(time.monotonic() - self._started_s),
            "published_values": self.published(),
            "dropped_messages": getattr(self._client, "dropped", 0),
            **self._station_health.message(),
        }
