"""Every command: its words, its one line of help, and so its module (`lab up` is commands/lab/up.py).

The order here is the order of `seakeep --help`: the way of a cluster through its life.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, or a group when it has children."""

    name: str
    summary: str
    children: tuple["Entry", ...] = ()


COMMANDS: tuple[Entry, ...] = (
    Entry("new", "Write a commented cluster file to start from."),
    Entry("check", "Judge a cluster file, Kubernetes objects and the files of operators."),
    Entry("up", "Do it all in the lab: binaries, machines, a running cluster."),
    Entry("plan", "Show what apply would change, and why."),
    Entry("apply", "Make the machines what the file says."),
    Entry("resume", "Go on with a run that stopped part-way."),
    Entry("reset", "Take everything of Seakeep off the machines."),
    Entry("unlock", "Take away the lock of an operator who is gone."),
    Entry("status", "Say how the cluster is."),
    Entry("kubeconfig", "Print a kubeconfig for the cluster."),
    Entry("kubectl", "Run kubectl against the cluster."),
    Entry("ssh", "Log in to a machine, or run a command on it."),
    Entry(
        "node",
        "Machines that come and go.",
        (
            Entry("add", "Take a machine into the cluster."),
            Entry("drain", "Move the pods off a node, and let no new ones on it."),
            Entry("remove", "Take a machine out of the cluster."),
            Entry("replace", "Put a new machine in the place of one that is gone."),
            Entry("unfence", "Hear an address again that was fenced."),
        ),
    ),
    Entry(
        "certs",
        "Certificates: what there is, renewing them, replacing who signs them.",
        (
            Entry("list", "List every certificate: on disks, as served, in kubeconfigs."),
            Entry("renew", "Issue certificates anew, and let everybody use them."),
            Entry("rotate-ca", "Replace an authority, in stages."),
        ),
    ),
    Entry(
        "spec",
        "The cluster file: what it says, and what it may say.",
        (
            Entry("show", "Print the file as it was given, or completed."),
            Entry("schema", "Print the file's JSON Schema, for editors."),
        ),
    ),
    Entry(
        "sources",
        "Binaries and images: where they come from.",
        (
            Entry("list", "List what the cluster needs, and what is at hand."),
            Entry("fetch", "Get what is missing."),
            Entry("verify", "Read everything again and compare its digest."),
        ),
    ),
    Entry(
        "lab",
        "Machines made of containers.",
        (
            Entry("up", "Make the machines of the file, or those that are missing."),
            Entry("down", "Remove the machines, their disks and their network."),
            Entry("ls", "List the machines."),
            Entry("kill", "Stop machines at once, as a power cut would."),
            Entry("start", "Start machines that were killed."),
            Entry("rm", "Throw machines away, with their disks: the next `lab up` makes new ones."),
            Entry("pause", "Freeze machines: they keep their connections and answer nothing."),
            Entry("unpause", "Let frozen machines go on."),
            Entry("cut", "Cut machines or sites off from the others."),
            Entry("heal", "Undo cuts."),
        ),
    ),
    Entry(
        "storm",
        "Break the cluster on purpose, and judge what it promised.",
        (
            Entry("list", "List the experiments and the suites."),
            Entry("explain", "Say what an experiment does, why, and how it is healed."),
            Entry("run", "Run experiments."),
            Entry("suite", "Run a suite of experiments."),
            Entry("heal", "Undo whatever any earlier run left."),
            Entry("judge", "Judge a stored run again."),
            Entry("show", "Show the report of a stored run."),
            Entry("export", "Write experiments and runs for Chaos Mesh and the Chaos Toolkit."),
        ),
    ),
    Entry(
        "runs",
        "What was done to the cluster before.",
        (
            Entry("list", "List the runs, the newest first."),
            Entry("show", "Show one run, change by change."),
            Entry("judge", "Judge a stored run again, from its folder alone."),
            Entry("resume", "Go on with a run that stopped part-way."),
        ),
    ),
    Entry(
        "state",
        "The operator's folder of keys and runs.",
        (
            Entry("show", "Say what the folder holds, and what it lacks."),
            Entry("export", "Write the folder into one encrypted file."),
            Entry("import", "Take the folder out of such a file."),
            Entry("recover", "Bring back from the machines what the folder lost."),
        ),
    ),
    Entry(
        "checks",
        "What is checked, and what two reports differ in.",
        (
            Entry("list", "List every check with what it says about itself."),
            Entry("diff", "Compare two reports of check: what is new, what is gone."),
        ),
    ),
    Entry("convert", "Rewrite Kubernetes objects to the versions that a release serves."),
    Entry("explain", "Say what a check looks at, why, and what to do about it."),
    Entry("phases", "The parts of apply.", (Entry("list", "List the phases in their order."),)),
    Entry("version", "Print the version of Seakeep and the Kubernetes versions it knows."),
    Entry("completion", "Print a script that completes commands in your shell."),
)
