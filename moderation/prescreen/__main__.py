"""python -m moderation.prescreen: screens a case file, or explains one message."""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from moderation.prescreen import ENGINE_VERSION, Conversation, Finding, Message, Participant, cases, screen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m moderation.prescreen", description=__doc__)
    parser.add_argument("cases", nargs="?", type=Path, help="conversations, one JSON object a line")
    parser.add_argument("--out", type=Path, help="where to write the findings, one JSON object a line")
    parser.add_argument("--text", help="explain a single message instead of a file")
    parser.add_argument("--explain", action="store_true", help="add explanations to the findings")
    parser.add_argument("--version", action="version", version=f"prescreen {ENGINE_VERSION}")
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.text is not None:
        sys.stdout.write(_explained(chosen.text))
        return 0
    if chosen.cases is None:
        parser.error("give a case file, or one message with --text")
    try:
        return _screen_file(chosen.cases, chosen.out, explain=chosen.explain)
    except (OSError, cases.BadCase) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _screen_file(path: Path, out: Path | None, *, explain: bool) -> int:
    conversations = list(cases.read(path))
    messages = sum(len(conversation.messages) for conversation in conversations)
    if conversations:
        screen(conversations[0])
    began = time.perf_counter()
    found = [(conversation.id, screen(conversation)) for conversation in conversations]
    took = time.perf_counter() - began
    if out is not None:
        rows = (json.dumps(cases.row(name, findings, explain=explain), ensure_ascii=False) for name, findings in found)
        out.write_text("".join(f"{line}\n" for line in rows), encoding="utf-8")
    counts = Counter(finding.rule.value for _, findings in found for finding in findings)
    flagged = sum(bool(findings) for _, findings in found)
    sys.stdout.write(f"{len(found)} conversations, {messages} messages, {flagged} flagged\n")
    sys.stdout.writelines(f"  {rule:20} {count}\n" for rule, count in sorted(counts.items()))
    sys.stdout.write(f"{messages / took:,.0f} messages a second\n" if took else "")
    return 0


def _explained(text: str) -> str:
    people = (Participant("writer", "member", "adult"),)
    findings = screen(Conversation("text", "one_to_one", people, (Message("m1", "writer", text),)))
    return "".join(_line(finding, text) for finding in findings) or "nothing found\n"


def _line(finding: Finding, text: str) -> str:
    marked = ", ".join(repr(text[span.start : span.end]) for span in finding.spans)
    return f"{finding.rule.value}  {finding.score:.2f}  {finding.explanation}\n    {finding.kind.value}: {marked}\n"


if __name__ == "__main__":
    sys.exit(main())
