"""`python -m serve_app` is the command `serve-app`."""

from serve_app.cli.main import run

if __name__ == "__main__":
    run()
