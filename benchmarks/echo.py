"""A Kubernetes provider that says yes at once: what is measured is the program and the engine, not an API server."""

from collections.abc import Mapping

from rehearsal.standins.protocol import serve_provider
from rehearsal.standins.provider import Change, Checked, Difference, Provider, Resource, State
from rehearsal.standins.values import Map


class Echo(Provider):
    """Everything is as it was asked for."""

    name = "kubernetes"
    version = "4.34.2"

    def check_config(self, olds: Map, news: Map) -> Checked:
        """Takes any configuration."""
        del olds
        return Checked(inputs=news)

    def diff_config(self, olds: Map, news: Map) -> Difference:
        """Never another cluster."""
        del olds, news
        return Difference()

    def configure(self, variables: Mapping[str, str], args: Map) -> None:
        """Needs none."""

    def check(self, resource: Resource, olds: Map, news: Map) -> Checked:
        """Takes any inputs."""
        del resource, olds
        return Checked(inputs=news)

    def diff(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Difference:
        """Compares the inputs as wholes."""
        del resource, state
        return Difference(changes={} if old_inputs == news else {"spec": Change.UPDATE})

    def create(self, resource: Resource, inputs: Map) -> State:
        """It exists, named by its place in the stack."""
        return State(identity="" if resource.preview else resource.name, properties=inputs)

    def read(self, resource: Resource, state: Map, inputs: Map) -> State:
        """It is as it was."""
        return State(identity=resource.identity, properties=state, inputs=inputs)

    def update(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Map:
        """It is as asked for."""
        del resource, state, old_inputs
        return news

    def delete(self, resource: Resource, state: Map) -> None:
        """It is gone."""

    def invoke(self, token: str, args: Map) -> Map:
        """Knows no function."""
        del args
        raise NotImplementedError(token)

    def cancel(self) -> None:
        """Nothing to give up."""


if __name__ == "__main__":
    serve_provider(Echo())
