"""The timer on the machine itself that heals when the controller is gone, and the script that sweeps up.

A fault's healing lies on the machine before the fault begins: /var/lib/seakeep/storm/TOKEN/heal. A transient timer runs
it when nobody has disarmed it in time. The timer counts on the monotonic clock, so that a moved clock does not stop it.
After a reboot there is no timer any more, but the healing is still there for `storm heal`.
"""

import re

from seakeep.core.errors import RefusedError
from seakeep.engine.guard import quote

FOLDER = "/var/lib/seakeep/storm"
_TOKEN = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)


def check_token(token: str) -> str:
    """The token, when it can stand in names of units, tables and folders."""
    if not _TOKEN.fullmatch(token):
        raise RefusedError(f"{token!r} is not a name for a fault on a machine")
    return token


def arm(token: str, seconds: float, heal: str) -> str:
    """Store the healing, and have the machine run it after that many seconds. Fails before anything is broken."""
    token = check_token(token)
    folder = f"{FOLDER}/{token}"
    return f"""set -eu
umask 077
mkdir -p {folder}
printf %s {quote(heal)} >{folder}/heal.new
sync {folder}/heal.new
mv {folder}/heal.new {folder}/heal
systemctl stop seakeep-storm-{token}.timer 2>/dev/null || true
systemctl reset-failed seakeep-storm-{token}.service 2>/dev/null || true
systemd-run --quiet --collect --unit=seakeep-storm-{token} --on-active={seconds:.0f} \\
  --timer-property=AccuracySec=200ms --property=TimeoutStartSec=120 \\
  sh -c {quote(f"sh {folder}/heal && rm -rf {folder} && (rmdir {FOLDER} 2>/dev/null; true)")}
"""


def disarm(token: str, heal: str) -> str:
    """Heal now, then stop the timer: in this order, so that a lost connection in between still leaves the timer."""
    token = check_token(token)
    return f"""(
{heal}
)
s=$?
if [ $s -eq 0 ]; then
  systemctl stop seakeep-storm-{token}.timer 2>/dev/null
  rm -rf {FOLDER}/{token}
  rmdir {FOLDER} 2>/dev/null
fi
exit $s
"""


def sweep() -> str:
    """Heal whatever any earlier run left on this machine; prints the tokens, a line each. Harmless anywhere."""
    return f"""for f in {FOLDER}/*/heal; do
  [ -e "$f" ] || continue
  d=${{f%/heal}}
  t=${{d##*/}}
  sh "$f" || {{ echo "the healing of $t ended with $?" >&2; bad=1; continue; }}
  systemctl stop "seakeep-storm-$t.timer" 2>/dev/null
  rm -rf "$d"
  echo "$t"
done
rmdir {FOLDER} 2>/dev/null
exit ${{bad:-0}}
"""
