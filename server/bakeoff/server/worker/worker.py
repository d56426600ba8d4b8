"""Carries out commands, one at a time, on one candidate."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.batching import policy_from
from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.cold_start import arena_readings, before_load, profile
from bakeoff.server.worker.device_memory import DeviceBefore, device_before
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.floor import measure_floor
from bakeoff.server.worker.inspection import inspect
from bakeoff.server.worker.layout import choose_layout
from bakeoff.server.worker.measure import Measurer
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.predict import predict
from bakeoff.server.worker.providers import Device, device_named
from bakeoff.server.worker.rotation import Rotations
from bakeoff.server.worker.session import SessionSettings
from bakeoff.server.worker.try_batch import try_batch
from bakeoff.worker.v1 import (
    BatchTried,
    ChooseLayout,
    Command,
    Event,
    Inspected,
    LayoutChosen,
    Load,
    Loaded,
    Measure,
    Measured,
    Predict,
    Predicted,
    Profile,
    Profiled,
    Progressed,
    TryBatch,
)

_PROGRESS_INTERVAL_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What is loaded, and how."""

    model: Model
    settings: SessionSettings
    measurer: Measurer


class Worker:
    """Answers commands. Keeps one loaded candidate, and the set it last read."""

    def __init__(
        self, send: Callable[[Event], None], ready_ns: int, device_memory_limit_bytes: int
    ) -> None:
        """`ready_ns` is when the process could load, on CLOCK_MONOTONIC."""
        self._send = send
        self._ready_ns = ready_ns
        self._device_memory_limit_bytes = device_memory_limit_bytes
        self._rotations = Rotations()
        self._candidate: _Candidate | None = None
        self._devices_before: dict[Device, DeviceBefore | None] = {}
        self._set_identity: tuple[object, ...] = ()
        self._set: ExampleFile | None = None

    def handle(self, command: Command) -> Event:
        """Carry out one command; the event that ends it. Raises errors of the domain."""
        match command.WhichOneof("kind"):
            case "load":
                event = Event(loaded=_loaded(self._load(command.load)))
            case "inspect":
                event = Event(inspected=self._inspect())
            case "choose_layout":
                event = Event(layout_chosen=self._choose_layout(command.choose_layout))
            case "predict":
                event = Event(predicted=self._predict(command.predict))
            case "measure":
                event = Event(measured=self._measure(command.measure))
            case "profile":
                event = Event(profiled=self._profile(command.profile))
            case "try_batch":
                event = Event(batch_tried=self._try_batch(command.try_batch))
            case "measure_floor":
                event = Event(floor_measured=measure_floor(command.measure_floor))
            case _:
                message = "a command must have a kind, got none"
                raise InvalidFieldError(message)
        return event

    def _load(self, command: Load) -> Model:
        # The candidate before goes first: two at a time may not fit.
        self._candidate = None
        device = device_named(command.device)
        self._before(device)
        settings = self._settings(command.intra_op_thread_count)
        bundle = Bundle(Path(command.bundle_path), command.manifest)
        return self._keep(load(bundle, device, settings), settings)

    def _keep(self, model: Model, settings: SessionSettings) -> Model:
        self._candidate = _Candidate(model, settings, Measurer(model, self._rotations))
        return model

    def _inspect(self) -> Inspected:
        candidate = self._loaded_candidate()
        return Inspected(placement=inspect(candidate.model, candidate.settings))

    def _predict(self, command: Predict) -> Predicted:
        model = self._loaded_candidate().model
        return predict(model, self._examples(command.inputs_path), command, _Progress(self._send))

    def _measure(self, command: Measure) -> Measured:
        measurer = self._loaded_candidate().measurer
        return measurer.measure(self._examples(command.inputs_path), command)

    def _choose_layout(self, command: ChooseLayout) -> LayoutChosen:
        if command.usable_cpu_count < 1:
            message = f"usable_cpu_count must be at least 1, got {command.usable_cpu_count}"
            raise InvalidFieldError(message)
        loaded = self._loaded_candidate().model
        device, bundle = loaded.session.device, loaded.bundle
        # The trials load their own; a third at a time may not fit.
        del loaded
        self._candidate = None

        def load_for(intra_op_thread_count: int) -> Model:
            return load(bundle, device, self._settings(intra_op_thread_count))

        choice = choose_layout(
            device.provider.layouts(command.usable_cpu_count),
            load_for,
            self._examples(command.inputs_path),
            policy_from(command.batch_policy),
        )
        self._keep(choice.model, self._settings(choice.layout.intra_op_thread_count))
        return LayoutChosen(layout=choice.layout)

    def _profile(self, command: Profile) -> Profiled:
        if self._candidate is not None:
            message = "profile must be the first command of a process, a bundle is loaded already"
            raise InvalidFieldError(message)
        before = before_load(self._before(device_named(command.load.device)))
        begin_ns = time.perf_counter_ns()
        model = self._load(command.load)
        load_ns = time.perf_counter_ns() - begin_ns
        found = profile(
            before,
            model,
            self._examples(command.inputs_path),
            policy_from(command.batch_policy),
            command.example_count,
        )
        loaded = _loaded(model)
        # The model goes first: a second session beside it may not fit.
        del model
        self._candidate = None
        arena = found.arena_trial.run(self._settings(command.load.intra_op_thread_count))
        found.memory.readings.extend(arena_readings(arena))
        start, new_shape = found.queries.start, found.queries.new_shape
        return Profiled(
            process_start_ns=self._ready_ns - command.process_start_ns,
            load_ns=load_ns,
            first_inference_ns=start.first.duration_ns,
            second_inference_ns=start.again.duration_ns,
            memory=found.memory,
            loaded=loaded,
            new_shape_ns=None if new_shape is None else new_shape.first.duration_ns,
            known_shape_ns=None if new_shape is None else new_shape.again.duration_ns,
        )

    def _try_batch(self, command: TryBatch) -> BatchTried:
        model = self._loaded_candidate().model
        before = self._before(model.session.device)
        found = try_batch(model, command.batch_size, command.token_count, before)
        return BatchTried(peak_bytes=found.peak_bytes, method=found.method)

    def _before(self, device: Device) -> DeviceBefore | None:
        # What was on the device before this process loaded anything on it.
        if device not in self._devices_before:
            self._devices_before[device] = device_before(device)
        return self._devices_before[device]

    def _settings(self, intra_op_thread_count: int) -> SessionSettings:
        return SessionSettings(intra_op_thread_count, self._device_memory_limit_bytes)

    def _loaded_candidate(self) -> _Candidate:
        if self._candidate is None:
            message = "a bundle must be loaded first, none is"
            raise InvalidFieldError(message)
        return self._candidate

    def _examples(self, inputs_path: str) -> ExampleFile:
        path = Path(inputs_path)
        status = path.stat()
        identity = (path, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._set is None or self._set_identity != identity:
            self._set, self._set_identity = ExampleFile(path), identity
        return self._set


class _Progress:
    """Tells how far a command is, a few times a second."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._next_s = time.monotonic() + _PROGRESS_INTERVAL_S

    def __call__(self, done_count: int, total_count: int) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _PROGRESS_INTERVAL_S
            self._send(Event(progressed=Progressed(done_count=done_count, total_count=total_count)))


def _loaded(model: Model) -> Loaded:
    return Loaded(
        session_ns=model.load_times.session_ns,
        tokenizer_ns=model.load_times.tokenizer_ns,
        placement=model.placement(),
    )
