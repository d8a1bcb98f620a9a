"""The pods of one plugin in one region under load: what they serve, what waits, and what the autoscaler does."""

import math
from collections import deque
from dataclasses import dataclass, field

from analysis.simulation.hpa import Load, Recent, desired_replicas, recommendation
from planning.inputs.registry.sections import REQUEST_SECONDS
from planning.inputs.tiers import PodRange
from planning.plugin.autoscaling import IDLE_MEMORY_PERCENT, AutoscalingPlan
from planning.plugin.plugin import BackendPlan

SYNC_SECONDS = 15
"""The controller's own period, and the step of the simulation."""

START_SECONDS = 60
"""From a pod's creation to its readiness, with a node to be started for some: an assumption, not measured."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One step. asked, served, lost: requests a second; lost: given up after the gateway's timeout, or met no pod.

    wanted: pods that the autoscaler asks for; queue: requests in flight or waiting; saturation: of the ready pods'
    CPU, 0-1; 0 where none is ready.
    """

    asked: float
    served: float
    lost: float
    wanted: int
    ready: int
    queue: float
    saturation: float


@dataclass(kw_only=True)
class Service:
    """Pods of a plugin in a region, from its minimum on. cpu_ms: that a request takes of a pod."""

    plan: BackendPlan
    cpu_ms: float
    ready: int = field(init=False)
    wanted: int = field(init=False)
    waiting: float = field(default=0.0, init=False)
    _starting: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]], init=False)
    _asked_for: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]], init=False)
    _scaled: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]], init=False)

    def __post_init__(self) -> None:
        self.ready = self.wanted = self.pods.min

    @property
    def pods(self) -> PodRange:
        """The range of the plan."""
        return self.plan.pods

    @property
    def there(self) -> int:
        """Pods that take room on nodes: ready, or on their way."""
        return self.ready + sum(number for _, number in self._starting)

    @property
    def asks_m(self) -> int:
        """Millicores that they ask of nodes."""
        return self.there * self.plan.spec.resources.cpu_request_m

    def lose(self, part: float) -> None:
        """A part of the ready pods is gone, the worse way where it isn't whole; others start in their place."""
        self.ready -= math.ceil(self.ready * part)
        if part == 1:
            self._starting.clear()
            self.waiting = 0.0

    def fill(self, time: int, room_m: float) -> float:
        """Starts pods that are wanted and fit; millicores that are left."""
        request = self.plan.spec.resources.cpu_request_m
        number = min(self.wanted - self.there, int(room_m // request))
        if number > 0:
            self._starting.append((time + START_SECONDS, number))
        return room_m - max(0, number) * request

    def step(self, time: int, asked: float, *, scaled: bool = True) -> Moment:
        """Serves for one period. scaled: whether there is an autoscaler at work (its cluster may be gone)."""
        while self._starting and self._starting[0][0] <= time:
            self.ready += self._starting.popleft()[1]
        able = self.ready * self.plan.spec.resources.cpu_limit_m / self.cpu_ms
        work = self.waiting + asked * SYNC_SECONDS
        served = min(work, able * SYNC_SECONDS)
        self.waiting = min(work - served, able * REQUEST_SECONDS)
        lost = work - served - self.waiting
        used_m = served / SYNC_SECONDS * self.cpu_ms
        queue = self.waiting + used_m / 1000
        if scaled:
            self._scale(self.plan.autoscaling, time, used_m, queue)
        return Moment(
            asked=asked,
            served=served / SYNC_SECONDS,
            lost=lost / SYNC_SECONDS,
            wanted=self.wanted,
            ready=self.ready,
            queue=queue,
            saturation=served / (able * SYNC_SECONDS) if able else 0.0,
        )

    def _scale(self, plan: AutoscalingPlan, time: int, used_m: float, queue: float) -> None:
        request = self.plan.spec.resources
        memory = round(self.ready * request.memory_mib * IDLE_MEMORY_PERCENT / 100)
        load = Load(cpu_m=round(used_m), memory_mib=memory, queue=queue)
        raw = recommendation(plan, load, current=self.wanted, request=request)
        _forget(self._asked_for, time - plan.down.window_seconds)
        _forget(self._scaled, time - max(plan.up.period_seconds, plan.down.period_seconds))
        self._asked_for.append((time, raw))
        if raw == self.wanted or raw < self.wanted == self.pods.min:
            return
        highest = max(number for _, number in self._asked_for)

        def after(period: int) -> int:
            moves = [number for when, number in self._scaled if when > time - period]
            added, removed = sum(one for one in moves if one > 0), -sum(one for one in moves if one < 0)
            recent = Recent(added=added, removed=removed, highest=highest)
            return desired_replicas(plan, load, current=self.wanted, request=request, recent=recent)

        up = after(plan.up.period_seconds)
        target = up if up > self.wanted else after(plan.down.period_seconds)
        if target != self.wanted:
            self._scaled.append((time, target - self.wanted))
        if target < self.there:
            self._stop(self.there - target)
        self.wanted = target

    def _stop(self, number: int) -> None:
        """Pods that aren't ready yet go first, as the ReplicaSet controller does."""
        while number and self._starting:
            when, starting = self._starting.pop()
            gone = min(number, starting)
            number -= gone
            if starting > gone:
                self._starting.append((when, starting - gone))
        self.ready -= number


def _forget(memory: deque[tuple[int, int]], until: int) -> None:
    while memory and memory[0][0] <= until:
        memory.popleft()
