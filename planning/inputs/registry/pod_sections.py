"""What the pods of an entry may use and reach."""

from typing import Annotated

from pydantic import Field

from planning.inputs.field_types import Cpu, Memory, Name, Section, mebibytes, millicores


class Resources(Section):
    """What one pod may use."""

    cpu: Annotated[
        Cpu, Field(description="CPU request in millicores; the HPA's 70 % is of this.", examples=["250m"])
    ] = "250m"
    cpu_limit: Annotated[
        Cpu | None, Field(description="CPU limit in millicores; default twice the request.", examples=["500m"])
    ] = None
    memory: Annotated[
        Memory,
        Field(
            description="Memory, request and limit alike: a pod that was promised less than it may use is evicted "
            "by its neighbours, and 80 % of a small request is below what an idle Node process takes.",
            examples=["256Mi", "1Gi"],
        ),
    ] = "256Mi"

    @property
    def cpu_request_m(self) -> int:
        """Millicores."""
        return millicores(self.cpu)

    @property
    def cpu_limit_m(self) -> int:
        """Millicores; twice the request where none is stated."""
        return millicores(self.cpu_limit) if self.cpu_limit else 2 * self.cpu_request_m

    @property
    def memory_mib(self) -> int:
        """Request and limit alike."""
        return mebibytes(self.memory)


class Network(Section):
    """Whom the pods may reach besides DNS, their pooler and their cache. All else is closed."""

    calls: Annotated[
        list[Name],
        Field(max_length=50, description="Entries whose backend this one calls.", examples=[["base-svc"]]),
    ] = []
    egress: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=270)]],
        Field(
            max_length=50,
            description="Hosts or IPv4 networks outside, `target` or `target:port`; default port 443. "
            "S3 is outside too: a plugin that uses its uploads lists s3.<region>.amazonaws.com.",
            examples=[["api.example.com", "203.0.113.0/24:5432"]],
        ),
    ] = []
