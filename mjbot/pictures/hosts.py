"""Shares the downloads fairly between hosts, and pauses hosts that do not respond."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mjbot.clock import Clock

log = logging.getLogger(__name__)

_FAILURES = 3  # in a row
_FIRST_REST, _LONGEST_REST = 30.0, 600.0
_QUEUE_SECONDS = 60.0
_KNOWN = 1_000  # hosts to remember

Host = tuple[str, int]
"""The name and port of a host."""


class HostFailed(Exception):
    """Raised if the host did not deliver the file. ``hung`` is True if the host did not respond in time."""

    def __init__(self, reason: str, *, hung: bool = False) -> None:
        super().__init__(reason)
        self.hung = hung


class HostUnavailable(Exception):
    """Raised if no download from this host can start now: the host is paused, or its queue is too long."""


@dataclass(eq=False, slots=True)
class _State:
    host: Host
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    active: int = 0
    answers: int = 0
    failures: int = 0
    rest: float = 0.0
    """The length in seconds of the current or last pause, or 0 if the host responds."""
    until: float = 0.0
    on_trial: bool = False
    is_slow: bool = False
    """True if the host passed a trial, in which it was given more time."""

    @property
    def is_forgettable(self) -> bool:
        return not (self.active or self.waiting or self.on_trial)


class Turn:
    """A permit to download from one host now."""

    def __init__(self, state: _State, on_trial: bool) -> None:
        self._state = state
        self._answers = state.answers
        self.on_trial = on_trial
        """True after a pause of the host: this download tests whether the host responds again."""
        self.is_patient = on_trial or state.is_slow
        """True if the host may take longer for its first byte."""
        self.is_answered = False

    def answered(self) -> None:
        """Record that a byte has arrived."""
        self.is_answered = True
        self._state.answers += 1

    @property
    def was_silent(self) -> bool:
        """Whether the host has sent nothing to any download since this turn began."""
        return self._state.answers == self._answers


class HostQueue:
    """Grants permits to download, round-robin between hosts.

    At most ``total`` downloads run at once, and at most ``per_host`` from one host. A host that hangs, or
    fails three times in a row, is paused with back-off. After the pause, a single download tests the host.
    """

    def __init__(self, total: int, per_host: int, clock: Clock) -> None:
        self._free = total
        self._per_host = per_host
        self._clock = clock
        self._states: OrderedDict[Host, _State] = OrderedDict()
        self._ready: OrderedDict[Host, _State] = OrderedDict()
        """The hosts that could start a download, the next one first."""

    @property
    def known(self) -> int:
        """The number of hosts about which state is kept."""
        return len(self._states)

    @asynccontextmanager
    async def turn(self, host: Host) -> AsyncIterator[Turn]:
        """Wait for a permit to download from a host. Raises `HostUnavailable`.

        The code within the context must raise `HostFailed` if the host does not deliver the file.
        """
        state = self._state_of(host)
        if self._rests(state):
            raise HostUnavailable
        on_trial = state.on_trial = state.rest > 0
        try:
            await self._wait(state)
            turn = Turn(state, on_trial)
            try:
                yield turn
            except HostFailed as error:
                self._failed(state, turn, error)
                raise
            except BaseException:
                # For other failures, such as a file that is no image, it matters whether the host responded.
                self._ended(state, turn)
                raise
            else:
                self._ended(state, turn)
            finally:
                self._give_back(state)
        finally:
            if on_trial:
                state.on_trial = False

    def _state_of(self, host: Host) -> _State:
        if host not in self._states:
            if len(self._states) >= _KNOWN:
                forgotten = next((each.host for each in self._states.values() if each.is_forgettable), host)
                self._states.pop(forgotten, None)
            self._states[host] = _State(host)
        self._states.move_to_end(host)
        return self._states[host]

    def _rests(self, state: _State) -> bool:
        return state.on_trial or self._clock.now() < state.until

    async def _wait(self, state: _State) -> None:
        granted = asyncio.get_running_loop().create_future()
        state.waiting.append(granted)
        self._start(state)
        try:
            async with asyncio.timeout(_QUEUE_SECONDS):
                await granted
        except BaseException as error:
            if granted.done() and not granted.cancelled() and granted.exception() is None:
                self._give_back(state)  # cancelled just as it was granted
            elif granted in state.waiting:
                state.waiting.remove(granted)
            if isinstance(error, TimeoutError):
                raise HostUnavailable from None
            raise

    def _give_back(self, state: _State) -> None:
        state.active -= 1
        self._free += 1
        self._start(state)

    def _start(self, changed: _State) -> None:
        """Grant permits after the state of one host has changed."""
        self._ready[changed.host] = changed
        while self._free and self._ready:
            host, state = self._ready.popitem(last=False)
            while state.waiting and state.waiting[0].done():
                state.waiting.popleft()
            if not state.waiting or state.active >= self._per_host:
                continue  # queued again when the state of the host changes
            state.waiting.popleft().set_result(None)
            state.active += 1
            self._free -= 1
            self._ready[host] = state

    def _ended(self, state: _State, turn: Turn) -> None:
        if turn.is_answered:
            state.is_slow = state.is_slow or turn.on_trial
            state.failures, state.rest, state.until = 0, 0.0, 0.0

    def _failed(self, state: _State, turn: Turn, error: HostFailed) -> None:
        state.failures += 1
        if self._clock.now() < state.until:
            return  # one of several that failed together
        if not (turn.on_trial or state.failures >= _FAILURES or (error.hung and turn.was_silent)):
            return
        state.rest = min(state.rest * 2 or _FIRST_REST, _LONGEST_REST)
        state.until = self._clock.now() + state.rest
        state.is_slow = False
        log.warning("nothing is downloaded from %r for %.0f s: %s", state.host[0], state.rest, error)
        while state.waiting:
            granted = state.waiting.popleft()
            if not granted.done():
                granted.set_exception(HostUnavailable())
