"""What no plan states and a cost depends on: how people use the platform. Every one can be overridden.

They are assumptions, none is measured: a platform that runs should replace them by its own figures (naap:assumptions).
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from planning.inputs.problem import HIDDEN, InvalidInputError, Problem
from planning.inputs.text_values import plain_number

HOURS = 730
"""Of an average month."""
SECONDS = HOURS * 3_600


class Assumptions(BaseModel):
    """Of an average month. A user is one that the environment must serve (naap:users), active or not."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    _numbers = field_validator("*", mode="before")(plain_number)

    requests_per_user: Annotated[float, Field(ge=0, le=1e6, description="requests to the gateway a user and month")] = (
        5_000
    )
    bytes_per_request: Annotated[float, Field(ge=0, le=1e8, description="bytes of an answer of the gateway")] = 4_000
    peak_factor: Annotated[
        float,
        Field(ge=1, le=1_000, description="peak over mean: 19 requests/s of 1,000 users"),
    ] = 10
    cpu_ms_per_request: Annotated[float, Field(gt=0, le=1e5, description="milliseconds of a pod's CPU a request")] = 10
    asset_requests_per_user: Annotated[
        float, Field(ge=0, le=1e6, description="requests for bundles and pages a user and month")
    ] = 600
    asset_mb_per_user: Annotated[
        float, Field(ge=0, le=1e5, description="MB of bundles and pages sent to a user a month")
    ] = 20
    asset_hit_percent: Annotated[
        float, Field(ge=0, le=100, description="of these requests, answered by the CDN itself")
    ] = 95
    upload_mb_per_user: Annotated[float, Field(ge=0, le=1e6, description="MB of uploads kept for a user")] = 10
    upload_months: Annotated[
        float, Field(gt=0, le=120, description="months in which a user's uploads came together")
    ] = 12
    database_bytes_per_request: Annotated[
        float, Field(ge=0, le=1e8, description="bytes between pod and database a request")
    ] = 4_000
    database_cpu_m_per_pod: Annotated[
        float,
        Field(
            ge=0, le=1e5, description="millicores of its database's writer that a plugin's pod keeps busy at the peak"
        ),
    ] = 25
    """So that 8 vCPU serve six plugins of 50 pods: the sizing table's shard at 100,000 users."""
    written_bytes_per_request: Annotated[
        float, Field(ge=0, le=1e8, description="bytes of database changes a request")
    ] = 500
    daily_change_percent: Annotated[float, Field(ge=0, le=100, description="of a database that changes a day")] = 2
    egress_bytes_per_request: Annotated[float, Field(ge=0, le=1e8, description="bytes through NAT a request")] = 200
    image_gib_per_node: Annotated[float, Field(ge=0, le=1e5, description="GiB of images that a node pulls a month")] = (
        20
    )
    node_fill_percent: Annotated[float, Field(gt=0, le=100, description="of a node, filled by what pods ask for")] = 70
    log_bytes_per_request: Annotated[
        float, Field(ge=0, le=1e6, description="bytes kept of what is logged a request: lines twice, and whose")
    ] = 3_500
    log_gib_per_node: Annotated[
        float, Field(ge=0, le=1e4, description="GiB that a node's own and system pods log a month")
    ] = 2
    log_gib_per_cluster: Annotated[
        float, Field(ge=0, le=1e4, description="GiB that a Kubernetes control plane logs a month")
    ] = 10
    log_gib_per_database: Annotated[
        float, Field(ge=0, le=1e4, description="GiB that a database instance logs a month")
    ] = 1
    flow_log_bytes_per_request: Annotated[
        float, Field(ge=0, le=1e6, description="bytes of network flow records a request")
    ] = 60
    series_per_pod: Annotated[
        float, Field(ge=0, le=1e6, description="time series that a plugin's pod sends of itself, once a minute")
    ] = 0
    series_per_proxy: Annotated[
        float, Field(ge=0, le=1e6, description="time series of a gateway's, every 15 seconds")
    ] = 1_500

    def peak_requests(self, users: int) -> float:
        """Requests a second of so many users to the gateway, in the busiest hour."""
        return users * self.requests_per_user * self.peak_factor / SECONDS


def parse_assumptions(raw: Mapping[str, Any], file: str) -> Assumptions:
    """Assumptions with these overridden. Raises InvalidInputError that names every bad one."""
    try:
        return Assumptions.model_validate(raw)
    except ValidationError as error:
        raise InvalidInputError(
            assumption_problem(str(item["loc"][0]), item["msg"], item["input"], file) for item in error.errors()
        ) from None


def assumption_problem(name: str, message: str, value: object, file: str) -> Problem:
    """What is wrong with one assumption; an unknown one is answered with those that there are."""
    field = next((field for key, field in Assumptions.model_fields.items() if name in (key, field.alias)), None)
    known = ", ".join(field.alias or key for key, field in Assumptions.model_fields.items())
    return Problem(
        file=file,
        entry="assumptions",
        field=name,
        value=repr(value) if field else HIDDEN,
        rule=f"{message}. {field.description}" if field else f"one of: {known}",
        fix="state a number within the rule, or leave it out",
    )
