"""`naap plugin move`: the steps in which a schema changes its shard, and what people do between them."""

from pathlib import Path

from rich.console import Group

from console.terminal import Answer, table
from planning.inputs.problem import refusal
from planning.inputs.registry.data_sections import Database
from planning.inputs.registry.entry import Entry
from plugins.editing.registry_editor import RegistryEditor
from plugins.importing.database import least_loaded

STEPS = (
    "copy: `pulumi up` makes schema and roles on shard {target}, closed, copies structure and rows, and lets it "
    "follow (Jobs schema-target-{name}, copy-{name}). Pods notice nothing. Release no version of {name} from here on.",
    "change over: `pulumi up` closes shard {source} for {name}, waits for the last row, sets the sequences, "
    "compares definitions, opens shard {target} (Job switch-{name}). Connections are refused for some seconds; then "
    "poolers reach shard {target}, and pods are replaced by ones that use its own poolers.",
    "end: `pulumi up` takes the aliases out of the poolers of shard {source}. Its copy stays there, closed, "
    "until a person drops it: DROP SCHEMA {schema}__moved CASCADE.",
)
"""Each is one run of this command, with the same arguments, and one `pulumi up`."""


def move(path: Path, name: str, shard: int) -> Answer:
    """Takes the next step of a move to a shard: writes it into the entry, and says what is to be done."""
    book = RegistryEditor(path)
    entry = book.entry(name)
    stated = _database(book, name, entry)
    step, changes = _next(book, name, stated, shard)
    book.change(name, {"database": changes})
    source = stated.moved_from if stated.moved_from is not None else stated.shard
    texts = [
        text.format(name=name, source=source, target=shard, schema=stated.schema_name, shard=shard) for text in STEPS
    ]
    plan = [(f"{'->' if number == step else '  '} {number + 1}.", text) for number, text in enumerate(texts)]
    after = f"Then: naap plugin move {name} --shard {shard}" if step < len(STEPS) - 1 else "Then it is done."
    return Answer(
        data={"name": name, "source": source, "target": shard, "step": step + 1, "steps": texts},
        text=Group(
            f"{name}: schema {stated.schema_name} from shard {source} to {shard}.", table(plan, head=False), after
        ),
    )


def _next(book: RegistryEditor, name: str, stated: Database, shard: int) -> tuple[int, dict[str, int | None]]:
    """The step, and the fields that it writes; None removes one."""
    if stated.move_to is not None:
        if stated.move_to != shard:
            rule, fix = f"it is on its way to shard {stated.move_to}", f"--shard {stated.move_to}"
            raise refusal(file=book.file, entry=name, field="database.shard", value=str(shard), rule=rule, fix=fix)
        return 1, {"shard": shard, "moveTo": None, "movedFrom": stated.shard}
    if stated.moved_from is not None:
        if stated.shard != shard:
            rule, fix = f"its move to shard {stated.shard} has not ended", f"--shard {stated.shard}, then move it on"
            raise refusal(file=book.file, entry=name, field="database.shard", value=str(shard), rule=rule, fix=fix)
        return 2, {"movedFrom": None}
    if stated.shard is None:
        rule, fix = "only a schema that is pinned to a shard can move", f"naap plugin pin {name}"
        raise refusal(file=book.file, entry=name, field="database.shard", value="(not pinned)", rule=rule, fix=fix)
    if stated.shard == shard:
        raise refusal(
            file=book.file,
            entry=name,
            field="database.shard",
            value=str(shard),
            rule="it is on this shard",
            fix="name another one",
        )
    return 0, {"moveTo": shard}


def pin(path: Path, name: str) -> Answer:
    """Pins a schema to the least loaded shard."""
    book = RegistryEditor(path)
    stated = _database(book, name, book.entry(name))
    if stated.shard is not None:
        rule = "pinned once: data never moves by itself"
        raise refusal(
            file=book.file,
            entry=name,
            field="database.shard",
            value=str(stated.shard),
            rule=rule,
            fix=f"naap plugin move {name} --shard N",
        )
    shard, others = least_loaded(book.taken())
    book.change(name, {"database": {"shard": shard}})
    text = f"{name}: pinned to shard {shard}, the least loaded: {others} other schemas are on it."
    return Answer(data={"name": name, "shard": shard}, text=text)


def rotate(path: Path, name: str) -> Answer:
    """Raises the generation of a plugin's database passwords by one: the two logins of a plugin take turns."""
    book = RegistryEditor(path)
    generation = _database(book, name, book.entry(name)).password_generation + 1
    book.change(name, {"database": {"passwordGeneration": generation}})
    text = f"{name}: generation {generation} of its database passwords. `pulumi up` carries it out, without a gap."
    return Answer(data={"name": name, "generation": generation}, text=text)


def _database(book: RegistryEditor, name: str, entry: Entry) -> Database:
    if entry.database is None:
        raise refusal(
            file=book.file,
            entry=name,
            field="database.shard",
            value="(missing)",
            rule="only an entry with a database has a shard",
            fix="add database: {schema: ...}",
        )
    return entry.database
