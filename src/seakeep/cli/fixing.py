"""`seakeep check --fix`: show the difference, ask, write."""

from seakeep.cli.call import Call
from seakeep.flows.check import Request, plan_fixes
from seakeep.flows.fix import Fixes, write
from seakeep.report.document import Document, Tone, line

_TONES = {"+": Tone.ADD, "-": Tone.REMOVE, "@": Tone.FAINT}


def fix_files(call: Call, request: Request) -> None:
    """Files are only changed after the difference was shown and agreed on."""
    found = plan_fixes(request)
    show_difference(call, found)
    call.draw(tuple(line(f"not fixed: {file}: {why}", Tone.WARN) for file, why in found.refused), aside=True)
    agree_on(call, found)


def show_difference(call: Call, found: Fixes) -> None:
    """The files before and after, beside the answer."""
    shown: Document = tuple(
        line(text, Tone.TITLE if text.startswith(("---", "+++")) else _TONES.get(text[:1], Tone.PLAIN))
        for each in found.files
        for text in each.lines()
    )
    call.draw(shown, aside=True)


def agree_on(call: Call, found: Fixes) -> bool:
    """Ask, and write the files; whether they were."""
    count = len(found.files)
    told = f"{count} {'file' if count == 1 else 'files'} would be changed."
    if not count or not call.agree((told,), question="Write this?"):
        return False
    write(found.files)
    return True
