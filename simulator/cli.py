"""The command line: reads arguments, calls run, shows progress, ends with an exit code that other tools can trust.

Exit codes: 0 all required passed; 1 a requirement failed; 2 wrong use or wrong input; 3 the bench cannot say.
"""

import signal
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.domain.scenario import MAX_SEED
from simulator.errors import BenchError, InputError, InterruptedRunError, OutputError
from simulator.run.choices import DEFAULT_CANDIDATE, DEFAULT_STUDY, Format, Language

if TYPE_CHECKING:
    from simulator.run.campaign import Options

app = typer.Typer(
    name="journalbenk",
    help="Try-out bench for the national municipal health-record solution: synthetic people, simulated care, "
    "conformance and load against candidate journals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_INTERRUPTED = 128 + signal.SIGINT
"""What Typer ends with when a person stops it and nobody says more."""

StudyName = Annotated[str, typer.Argument(help="A study in scenarios/studies, or a path to one.")]
CandidateName = Annotated[
    str, typer.Option("--candidate", help="A candidate in scenarios/candidates, or a path to one.")
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of all randomness; the study's own when left out.", min=0, max=MAX_SEED)
]
Workers = Annotated[int, typer.Option(help="Processes to simulate in; the result is the same for any number.", min=1)]
Cluster = Annotated[
    str, typer.Option(help="Address of a Dask scheduler whose workers simulate instead; the result is the same.")
]
Out = Annotated[Path | None, typer.Option(help="Folder to write into; a new one under runs/ when left out.")]
Remote = Annotated[bool, typer.Option("--allow-remote", help="Let load go to a candidate on another machine.")]
ReportLanguage = Annotated[Language, typer.Option(help="Language of the report: nb (bokmål) or en.")]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"journalbenk {version('journalbenk')}")
        raise typer.Exit


@app.callback()
def journalbenk(
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Try-out bench for the national municipal health-record solution."""


@app.command()
def run(
    study: StudyName = DEFAULT_STUDY,
    candidate: Annotated[list[str], typer.Option(help="A candidate's name or path; may be given several times.")] = [  # noqa: B006  typer copies it
        DEFAULT_CANDIDATE
    ],
    seed: Seed = None,
    workers: Workers = 2,
    out: Out = None,
    lang: ReportLanguage = Language.en,
    allow_remote: Remote = False,
) -> None:
    """Run the whole chain: simulate, test conformance, put under load, report."""
    from simulator.run.campaign import Options, folders_of
    from simulator.run.desk import worst_code

    codes = []
    for name, folder in zip(candidate, folders_of(candidate, out), strict=True):
        options = Options(study, name, seed, workers, folder, lang.value, allow_remote=allow_remote, command=_command())
        codes.append(_campaign(options))
    raise typer.Exit(worst_code(codes))


@app.command()
def population(
    municipality: Annotated[list[str], typer.Option(help="Kommunenummer or name; may be given several times.")] = [],  # noqa: B006  typer copies it
    national: Annotated[bool, typer.Option("--national", help="Everybody in all municipalities.")] = False,
    where: Annotated[str, typer.Option(help="Only those for whom this SQL condition holds: 'age > 80'.")] = "",
    count: Annotated[int | None, typer.Option(help="Only so many of them, drawn by the seed.")] = None,
    out: Annotated[Path, typer.Option(help="File to write (.parquet, .csv), or a folder for bulk NDJSON.")] = Path(
        "runs/population.parquet"
    ),
    tables: Annotated[
        bool, typer.Option("--tables", help="Also services, medicines, relations and the like, a file each.")
    ] = False,
    file_format: Annotated[
        Format | None, typer.Option("--format", help="Format; what --out says when left out.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all randomness.", min=0, max=MAX_SEED)] = 1,
    workers: Annotated[
        int, typer.Option(help="Processes to make people in; they are the same for any number.", min=1)
    ] = 2,
    lang: ReportLanguage = Language.en,
) -> None:
    """Make the synthetic population of municipalities, or a cohort, and say how well it fits the official figures."""
    from simulator.run.display import Terminal
    from simulator.run.people import Wanted, make_people

    wanted = Wanted(tuple(municipality), national, out, seed, file_format, where, count, workers, lang.value, tables)
    make_people(wanted, Terminal())


@app.command()
def simulate(
    study: StudyName = DEFAULT_STUDY,
    municipality: Annotated[
        list[str], typer.Option(help="Only this of the study's municipalities; may be given several times.")
    ] = [],  # noqa: B006  typer copies it
    replications: Annotated[
        int | None, typer.Option(help="So many replications, whatever the study says.", min=1)
    ] = None,
    seed: Seed = None,
    workers: Workers = 2,
    cluster: Cluster = "",
    out: Out = None,
    lang: ReportLanguage = Language.en,
) -> None:
    """Simulate a study with its alternatives and replications: figures with intervals, and a page; no candidate."""
    from simulator.run.display import Terminal
    from simulator.run.simulation import Asked, simulate_study

    asked = Asked(study, seed, workers, cluster, out, lang.value, tuple(municipality), replications, command=_command())
    result = simulate_study(asked, Terminal())
    for name, digest in result.digests.items():
        typer.echo(f"{name}: {digest}")
    typer.echo(f"replications: {result.replications}")
    typer.echo(f"written to {result.folder}")
    typer.echo(f"report: {result.report}")


@app.command()
def conformance(
    candidate: CandidateName = DEFAULT_CANDIDATE,
    study: Annotated[str, typer.Option(help="Study whose people and care are used.")] = DEFAULT_STUDY,
    capability: Annotated[str, typer.Option(help="Only this capability, such as JRN.")] = "",
    requirement: Annotated[str, typer.Option(help="Only this requirement, such as JRN-03.")] = "",
    seed: Seed = None,
    out: Out = None,
    lang: ReportLanguage = Language.en,
) -> None:
    """Test a candidate against the contract, requirement by requirement."""
    from simulator.run.campaign import Options
    from simulator.run.desk import selection

    only = selection(capability, requirement)
    options = Options(study, candidate, seed, 2, out, lang.value, load=False, only=only, command=_command())
    raise typer.Exit(_campaign(options))


@app.command()
def load(
    study: StudyName = DEFAULT_STUDY,
    candidate: CandidateName = DEFAULT_CANDIDATE,
    seed: Seed = None,
    workers: Workers = 2,
    out: Out = None,
    lang: ReportLanguage = Language.en,
    allow_remote: Remote = False,
) -> None:
    """Replay a study's care against a candidate by the clock, as an open workload."""
    from simulator.run.campaign import Options

    options = Options(
        study,
        candidate,
        seed,
        workers,
        out,
        lang.value,
        conformance=False,
        allow_remote=allow_remote,
        command=_command(),
    )
    raise typer.Exit(_campaign(options))


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished or partial runs.")],
    lang: ReportLanguage = Language.en,
) -> None:
    """Write the report of finished runs again, in bokmål or English."""
    from simulator.run.desk import write_report

    for folder in runs:
        typer.echo(f"report: {write_report(folder, lang.value)}")


@app.command()
def verify(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished or partial runs.")],
) -> None:
    """Recompute digests, verdicts and measurements of runs from what they recorded, without the candidate."""
    from simulator.run.verify import verify as recompute

    faults = 0
    for folder in runs:
        found, count = recompute(folder)
        faults += len(found)
        for fault in found:
            typer.echo(fault, err=True)
        typer.echo(f"{folder}: {count} statements recomputed, {len(found)} differ")
    raise typer.Exit(1 if faults else 0)


@app.command()
def serve(
    candidate: Annotated[
        str, typer.Argument(help="A candidate that the bench can start, or `ecosystem`: the neighbours.")
    ] = DEFAULT_CANDIDATE,
    port: Annotated[
        int | None, typer.Option(help="Port on 127.0.0.1; a free one when left out.", min=1, max=65535)
    ] = None,
) -> None:
    """Start a candidate to try by hand; Ctrl-C stops it."""
    from simulator.run import desk

    desk.serve(candidate, port, say=typer.echo)


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; all shipped scenarios and features when left out.")
    ] = None,
) -> None:
    """Check scenario files (pathways, studies, candidates, requirements, figures) and feature files."""
    from simulator.run import desk

    faults, count = desk.check(files or [])
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"files checked: {count}; faults: {len(faults)}", err=bool(faults))
    raise typer.Exit(2 if faults else 0)


@app.command()
def contract(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("runs/contract"),
    lang: ReportLanguage = Language.en,
) -> None:
    """Publish the contract a candidate is held to: a page and a CapabilityStatement."""
    from simulator.run.desk import publish_contract

    for path in publish_contract(out, lang.value):
        typer.echo(f"contract: {path}")


@app.command()
def pathways(
    names: Annotated[
        list[str] | None, typer.Argument(help="Pathways in scenarios/pathways, or paths; all when left out.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("runs/pathways"),
    lang: ReportLanguage = Language.en,
) -> None:
    """Explain each pathway on a page of its own: who, how often, steps, deadlines, sources, a picture."""
    from simulator.run.display import Terminal
    from simulator.run.pathways import write_pathways

    pages = write_pathways(names or [], out, lang.value, Terminal())
    typer.echo(f"pages: {len(pages)}, beginning with {pages[0]}")


def _campaign(options: "Options") -> int:
    from simulator.run.campaign import run_campaign
    from simulator.run.desk import summary
    from simulator.run.display import Terminal

    result = run_campaign(options, Terminal())
    for line in summary(result):
        typer.echo(line)
    return result.exit_code


def _command() -> str:
    return " ".join(["journalbenk", *sys.argv[1:]])


def main() -> None:
    """Entry point: errors become one message and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _check_arguments()
        app()
    except InterruptedRunError as error:
        sys.exit(_fail(str(error), error.exit_code))
    except BenchError as error:
        sys.exit(_fail(str(error), error.exit_code))
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code != _INTERRUPTED:
            raise
        sys.exit(_fail("stopped by hand.", InterruptedRunError.exit_code))
    except Exception as error:  # noqa: BLE001  the last resort: a fault of the bench is said in one line and kept in a file
        sys.exit(_fail(f"the bench itself failed: {error}. Details: {_keep_traceback()}", BenchError.exit_code))


def _check_arguments() -> None:
    """Raise InputError for an argument that is no text in the terminal's encoding, as no file could hold it."""
    for number, argument in enumerate(sys.argv[1:], 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise InputError(
                f"argument {number} ({argument!a}) is not {sys.getfilesystemencoding().upper()}",
                expected="names in the terminal's encoding",
                remedy="Rename the file or folder, or set a UTF-8 locale such as LANG=C.UTF-8.",
            ) from None


def _fail(text: str, code: int) -> int:
    typer.echo(f"journalbenk: {text}", err=True)
    return code


def _keep_traceback() -> str:
    """Write the current traceback to a file a person can send; returns where, or that it could not be kept."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="journalbenk-", suffix=".log", delete=False) as file:
            traceback.print_exc(file=file)
            return file.name
    except OSError as error:
        return str(OutputError(f"none kept ({error.strerror})"))
