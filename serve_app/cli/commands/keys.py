"""`serve-app keys`: the file that `http.keys_file` names. docs/keys.md."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="API keys: add, list, remove.", no_args_is_help=True)

DEFAULT_FILE = Path("~/.config/serve-app/keys.json")
KeysFile = Annotated[Path, typer.Option("--file", envvar="SERVE_APP_KEYS_FILE", help="The file of http.keys_file")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who will use it; stands in the audit log")],
    scope: Annotated[str, typer.Option(help="read, or admin: also the jobs of others")] = "read",
    rate: Annotated[int | None, typer.Option(help="Requests a minute, in each ingress replica")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Requests in flight, in each ingress replica")] = None,
    file: KeysFile = DEFAULT_FILE,
) -> int:
    """Make a key and print it, once: only its hash is kept."""
    from pydantic import ValidationError

    from serve_app.api.key_file import Key, hash_token, make_token, read_keys, write_keys

    path = file.expanduser()
    keys = read_keys(path) if path.exists() else ()
    if any(key.name == name for key in keys):
        raise typer.BadParameter(f"{path} already has a key {name}; remove that one first")
    token = make_token()
    try:
        key = Key.model_validate(
            {
                "name": name,
                "sha256": hash_token(token),
                "scope": scope,
                "per_minute": rate,
                "concurrency": concurrency,
            }
        )
    except ValidationError as error:
        problem = error.errors()[0]
        raise typer.BadParameter(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}") from None
    write_keys(path, [*keys, key])
    typer.echo(f"Added {name} to {path}. This is the key; it is shown only now:", err=True)
    print(token)
    return 0


@app.command("list")
def list_all(file: KeysFile = DEFAULT_FILE) -> int:
    """List the keys of the file: names and bounds."""
    from serve_app.api.key_file import read_keys

    for key in read_keys(file.expanduser()):
        bounds = [f"{key.per_minute} a minute"] if key.per_minute else []
        bounds += [f"{key.concurrency} at once"] if key.concurrency else []
        print("\t".join([key.name, key.scope, ", ".join(bounds) or "unbounded"]))
    return 0


@app.command()
def remove(name: str, file: KeysFile = DEFAULT_FILE) -> int:
    """Remove a key; a running service refuses it a second later."""
    from serve_app.api.key_file import read_keys, write_keys

    path = file.expanduser()
    keys = read_keys(path)
    left = [key for key in keys if key.name != name]
    if len(left) == len(keys):
        raise typer.BadParameter(f"{path} has no key {name}")
    write_keys(path, left)
    typer.echo(f"Removed {name} from {path}", err=True)
    return 0
