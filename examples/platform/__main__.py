"""`python -m examples.platform --port N`: start the example platform with the secret of the environment."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from examples.platform.receiver import BadSecretError, Receiver, UnreadableError
from examples.platform.server import Server


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    for stopping in (signal.SIGINT, signal.SIGTERM):  # a shell starts background processes with SIGINT ignored
        signal.signal(stopping, _stop)
    try:
        server = _server(options)
    except (BadSecretError, UnreadableError) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"Port {options.port} cannot be used ({error.strerror}): choose another with --port.")
    with server:
        print(f"Example platform at http://{options.host}:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.closing.set()
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m examples.platform",
        description="A chat platform that takes Haven's webhooks at /webhooks and shows them at /.",
        epilog="Environment: WEBHOOK_SECRET or WEBHOOK_SECRET_FILE; PLATFORM_STATE, a file that keeps the events.",
    )
    parser.add_argument("--port", type=_port, default=8001, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    parser.add_argument(
        "--fail-rate", type=_share, default=0.0, metavar="SHARE", help="answer this share of events, 0 to 1, with 500"
    )
    return parser.parse_args(arguments)


def _server(options: argparse.Namespace) -> Server:
    state = os.environ.get("PLATFORM_STATE")
    return Server(
        (options.host, options.port),
        receiver=Receiver(_secret(), Path(state) if state else None),
        fail_rate=options.fail_rate,
    )


def _secret() -> str:
    file = os.environ.get("WEBHOOK_SECRET_FILE")
    if not file:
        return os.environ.get("WEBHOOK_SECRET", "")
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSecretError(f"WEBHOOK_SECRET_FILE names a file that cannot be read as text: {file}") from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; choose a number from 1024 to 65535")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; choose a number from 0 to 1")
    return share


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
