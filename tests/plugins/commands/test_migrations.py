"""`naap migration`: what a person types."""

from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.commands.migrations import add, check


@pytest.mark.parametrize("command", ["add", "check"])
def test_a_cli_with_an_open_quote_is_refused_with_its_form(command: str, tmp_path: Path) -> None:
    schema, prisma = tmp_path / "schema.prisma", "npx 'prisma"
    with pytest.raises(InvalidInputError) as caught:
        if command == "add":
            add("x", schema=schema, folder=None, prisma=prisma, accept_data_loss=False)
        else:
            check(schema=schema, folder=None, prisma=prisma)
    assert [(problem.field, problem.value) for problem in caught.value.problems] == [("--prisma", prisma)]
