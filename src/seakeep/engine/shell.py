"""The shell that runs on machines: POSIX sh with coreutils, util-linux and systemd, nothing else.

Protocol on standard output: `begin N` before step N, `done N` after it, `fail N` when it did not work; N is
the step's index in the batch. Everything a step prints goes to standard error.
"""

from collections.abc import Sequence

from seakeep.engine.guard import PROTECTED, quote

UNIT_WAIT = 120
"""Seconds that systemd gets for a blocking restart, reload or stop."""

BATCH_WAIT = 60
"""Seconds to wait for a batch whose connection was lost to end by itself."""


def receive(root: str) -> str:
    """The command that unpacks a tar from standard input, runs its run.sh and leaves nothing behind.

    The stage lies under /run (memory), so that secrets in transit never reach a disk. The lock keeps a batch
    whose connection was lost from running beside its repetition; being alone makes the clean-up of what a
    killed one left safe.
    """
    run = quote(f"{root}/run/seakeep")
    return f"""umask 077
mkdir -p {run} && exec 9>{run}/lock || exit 73
flock -w {BATCH_WAIT} 9 || {{ echo 'an earlier batch is still running on this machine' >&2; exit 75; }}
rm -rf {run}/stage.*
d=$(mktemp -d {run}/stage.XXXXXX) || exit 73
trap 'rm -rf "$d"' EXIT
trap 'exit 129' HUP INT TERM
tar -xf - -C "$d" && sh "$d/run.sh"
"""


_HELD = r"""held() {
  { lsattr -d -- "${1%/*}"; find "$1" -xdev \( -type f -o -type d \) -exec lsattr -d -- {} +; } 2>/dev/null |
    grep -m 5 '^[^ ]*[ai]' | while read -r a p; do
      echo "$p can be neither changed nor removed while it has the attributes $a: chattr -i -a $p takes them away"
    done >&2 || :
}
"""
"""Says what root's `Operation not permitted` does not: that a path, something in it, or the folder that it is in is
immutable or append-only. Silent on machines without lsattr (e2fsprogs)."""


def prelude(root: str) -> str:
    """Functions that run.sh is made of. `$n` is the step that a failure is charged to, `$at` the path it is about."""
    protected = "|".join(PROTECTED)
    return f"""set -eu
umask 077
exec 3>&1 1>&2 </dev/null
D=${{0%/*}}
R={quote(root)}
S=$R/var/lib/seakeep/units
n=
at=
{_HELD}trap 's=$?; if [ "$s" -ne 0 ] && [ -n "$n" ]; then [ -z "$at" ] || held "$at"; echo "fail $n" >&3; fi' EXIT
begin() {{ n=$1 at=; echo "begin $1" >&3; }}
fin() {{ echo "done $1" >&3; }}
parent() {{ [ -d "${{1%/*}}" ] || (umask 022; mkdir -p -- "${{1%/*}}"); }}
user() {{
  getent group "$1" >/dev/null || groupadd --system "$1"
  getent passwd "$1" >/dev/null || useradd --system --gid "$1" --home-dir "$2" --no-create-home \\
    --shell /usr/sbin/nologin "$1"
}}
dir() {{
  at=$1
  if [ -L "$1" ]; then echo "$1 is a link: name the folder itself, or remove the link" >&2; return 1; fi
  if [ -e "$1" ] && [ ! -d "$1" ]; then mv -fT -- "$1" "$1.before-seakeep"; fi
  install -d -o "$2" -g "$3" -m "$4" -- "$1"
}}
swap() {{
  at=$2
  # A folder in the place of a file goes when it is empty; with something in it, it is kept elsewhere.
  if [ -d "$2" ] && [ ! -L "$2" ]; then rmdir -- "$2" 2>/dev/null || aside "$2"; fi
  mv -fT -- "$1" "$2"
}}
stage() {{ at=$2; parent "$2"; rm -rf -- "$2"; install -T -o "$3" -g "$4" -m "$5" -- "$D/$1" "$2"; }}
link() {{ at=$1; parent "$1"; rm -rf -- "$3"; ln -s -- "$2" "$3"; swap "$3" "$1"; }}
away() {{
  at=$1
  if [ -L "$1" ]; then rm -f -- "$1"; return; fi
  [ -e "$1" ] || return 0
  up=$(readlink -f -- "${{1%/*}}/"); real=${{up%/}}/${{1##*/}}; real=${{real#"$R"}}
  case $real in
    /*/*) ;;
    *) echo "$1 is really $real: not removed" >&2; return 1 ;;
  esac
  case $real in
    {protected}) echo "$1 is really $real: not removed" >&2; return 1 ;;
  esac
  if mountpoint -q -- "$1"; then find "$1" -xdev -mindepth 1 -delete
  else rm -rf --one-file-system -- "$1"; fi
}}
empty() {{
  if [ -d "$1" ] && [ ! -L "$1" ]; then rmdir -- "$1" 2>/dev/null || :; fi
}}
aside() {{
  at=$1
  [ -e "$1" ] || [ -L "$1" ] || return 0
  if mountpoint -q -- "$1"; then echo "$1 is a mount point: not moved" >&2; return 1; fi
  to=$R/var/lib/seakeep/aside${{1#"$R"}}
  mkdir -p -- "${{to%/*}}"
  mv --backup=numbered -T -- "$1" "$to"
  # The folder of a unit's overrides goes with its last one.
  case ${{1%/*}} in *.d) empty "${{1%/*}}" ;; esac
}}
stamp() {{
  [ -n "$2" ] || return 0
  [ -d "$S" ] || mkdir -p -- "$S"
  printf '%s\\n' "$2" >"$S/.$1.seakeep-new"
  mv -fT -- "$S/.$1.seakeep-new" "$S/$1"
}}
said() {{ systemctl status --no-pager --full -n 20 -- "$1" >&2 || :; return 1; }}
fresh() {{
  ! systemctl show -p LoadState,NeedDaemonReload -- "$@" |
    grep -qvx -e LoadState=loaded -e NeedDaemonReload=no -e '' || systemctl daemon-reload
}}
unit_start() {{
  systemctl reset-failed -- "$1" 2>/dev/null || :
  systemctl start --no-block -- "$1" || said "$1"
  stamp "$1" "$2"
}}
unit_restart() {{
  systemctl reset-failed -- "$1" 2>/dev/null || :
  timeout {UNIT_WAIT} systemctl restart -- "$1" || said "$1"
  stamp "$1" "$2"
}}
unit_reload() {{ timeout {UNIT_WAIT} systemctl reload-or-restart -- "$1" || said "$1"; stamp "$1" "$2"; }}
unit_stop() {{
  timeout {UNIT_WAIT} systemctl stop -- "$1" || [ $? -eq 5 ]
  case $1 in *.*) u=$1 ;; *) u=$1.service ;; esac
  systemctl disable --no-reload --quiet -- "$1" 2>/dev/null || rm -f -- "$R"/etc/systemd/system/*.wants/"$u"
  rm -f -- "$S/$1"
}}
"""


def pending(root: str, units: Sequence[str]) -> str:
    """The start of a batch's first command: units that it will restart or reload are no longer what their stamps say.

    A file or program that was changed by hand and is put right again leaves the wanted stamp as it was; without this,
    a batch that ends between the two would leave the unit running with what was put right since.
    """
    folder = quote(f"{root}/var/lib/seakeep/units")
    names = " ".join(quote(unit) for unit in units)
    return f"""for u in {names}; do
  s={folder}/$u
  [ ! -f "$s" ] || {{ (umask 077; echo pending >"$s.seakeep-new") && mv -fT -- "$s.seakeep-new" "$s"; }} || exit 73
done
"""


def place_binaries(root: str, index: int, component: str, version: str, programs: tuple[tuple[str, str], ...]) -> str:
    """The command that takes a zstd tar of programs from standard input and puts them in their folder.

    A program gets its name only after its digest was right. The data is not flushed: after a power cut a
    file that never reached the disk is shorter than the size in the manifest, which is what facts compare.
    """
    base, folder = f"{root}/opt/seakeep/{component}", f"{root}/opt/seakeep/{component}/{version}"
    names = " ".join(quote(name) for name, _ in programs)
    sums = " ".join(quote(f"{digest}  {name}") for name, digest in programs)
    return f"""set -eu
umask 022
exec 3>&1 1>&2
echo 'begin {index}' >&3
trap 'echo "fail {index}" >&3' EXIT
command -v zstd >/dev/null || {{
  echo 'zstd is missing: install the package zstd (apt-get install zstd, or dnf install zstd)' >&2; exit 69; }}
mkdir -p {quote(folder)}
cd {quote(base)}
rm -rf .incoming-*
in=$(mktemp -d .incoming-XXXXXX)
{_HELD}trap 'rm -rf {quote(base)}/"$in"; held {quote(folder)}; echo "fail {index}" >&3' EXIT
trap 'exit 129' HUP INT TERM
zstd -dcq | tar -xf - -C "$in" --no-same-owner
cd "$in"
printf '%s\\n' {sums} | sha256sum -c --quiet --strict - || {{
  echo 'what arrived is not what was sent; the programs in place were not touched' >&2; exit 65; }}
chmod 0755 {names}
for p in {names}; do mv -fT -- "$p" ../{quote(version)}/"$p"; done
cd ../{quote(version)}
for s in {sums}; do
  p=${{s#*  }}
  echo "${{s%%  *}} $(stat -c '%s %i %Z' -- "$p") $p"
done >"../$in/manifest"
if [ -f .manifest ]; then
  while read -r a b c d p; do
    case ' {" ".join(name for name, _ in programs)} ' in *" $p "*) ;; *) echo "$a $b $c $d $p" ;; esac
  done <.manifest >>"../$in/manifest"
fi
mv -fT -- "../$in/manifest" .manifest
trap - EXIT
rm -rf "../$in"
echo 'done {index}' >&3
"""


def load_image(root: str, index: int, reference: str) -> str:
    """The command that imports a zstd OCI archive from standard input into containerd.

    containerd is started without waiting for it, so the socket gets a minute to appear.
    """
    ctr = quote(f"{root}/opt/seakeep/bin/ctr")
    socket = quote(f"{root}/run/containerd/containerd.sock")
    return f"""set -eu
exec 3>&1 1>&2
echo 'begin {index}' >&3
trap 'echo "fail {index}" >&3' EXIT
command -v zstd >/dev/null || {{
  echo 'zstd is missing: install the package zstd (apt-get install zstd, or dnf install zstd)' >&2; exit 69; }}
i=0
until [ -S {socket} ]; do
  i=$((i + 1))
  [ "$i" -le 120 ] || {{ echo 'containerd has not made its socket within 60 s' >&2; exit 75; }}
  sleep 0.5
done
zstd -dcq | {ctr} -n k8s.io images import -
{ctr} -n k8s.io images ls -q | grep -qxF -- {quote(reference)} || {{
  echo 'the archive was imported, but it does not carry this reference' >&2; exit 65; }}
trap - EXIT
echo 'done {index}' >&3
"""
