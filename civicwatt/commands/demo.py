"""`civicwatt demo`: everything on this machine, with simulated institutions and vehicles."""

import argparse

from civicwatt.demo.figures import Figures, figures, wait_for_figures
from civicwatt.demo.one_machine import Options, running_demo
from civicwatt.demo.running import Demo, StoppedError
from civicwatt.demo.story import tell
from civicwatt.local_api import LocalApiError
from civicwatt.loopback import HOST
from civicwatt.signals import stop_on_signal
from device_sim import district as d


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo", help="start everything here, with a simulated district and its history"
    )
    parser.add_argument("--port", type=int, default=8000, help="of the console (default 8000)")
    parser.add_argument("--institutions", type=int, default=d.DEFAULT_INSTITUTIONS, metavar="N")
    parser.add_argument("--vehicles", type=int, default=d.DEFAULT_VEHICLES, metavar="N")
    parser.add_argument(
        "--days", type=int, default=d.DEFAULT_DAYS, metavar="N", help="of history before today"
    )
    parser.add_argument("--seed", type=int, default=d.DEFAULT_SEED, metavar="N")
    parser.add_argument(
        "--once", action="store_true", help="build the history, compare it with the truth, stop"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until asked to stop, or with ``--once`` until the history is there."""
    options = Options(
        args.port, args.institutions, args.vehicles, args.days, args.seed, once=args.once
    )
    try:
        with running_demo(options, stop_on_signal()) as demo:
            _greet(demo)
            if options.once:
                wait_for_figures(demo)
                return _report(figures(demo))
            _tell(demo)
            demo.wait_until(lambda: False)
    except StoppedError:
        print("civicwatt demo: stopped; the data stay. 已停止。数据保留。")
    return 0


def _tell(demo: Demo) -> None:
    try:
        tell(demo)
    except LocalApiError as error:
        # Whoever works in the demo may be faster, or undo what the story builds on.
        print(f"civicwatt demo: the story ends here. 演示故事到此为止。 {error}", flush=True)


def _greet(demo: Demo) -> None:
    line = "=" * 72
    first, second = (
        who.password or "the one you have set / 您设置的密码"
        for who in (demo.sign_in, demo.reviewer)
    )
    watching = "\n".join(
        f"  {who.login}  {who.password or 'the one you have set / 您设置的密码'}"
        for who in demo.watchers
    )
    print(
        f"\n{line}\n"
        f"  Civicwatt     http://{HOST}:{demo.port}/\n"
        f"  sign in 登录   {demo.sign_in.login}\n"
        f"  password 密码  {first}\n\n"
        "  A second person, who checks and signs 第二人负责复核和签字\n"
        f"  sign in 登录   {demo.reviewer.login}\n"
        f"  password 密码  {second}\n\n"
        "  Who administers people, and who reads the audit log 人员管理与审计\n"
        f"{watching}\n\n"
        "  History is filled in while you look; then live data go on.\n"
        "  历史数据边看边补录。随后接入实时数据。\n"
        "  Ctrl-C stops everything. 按 Ctrl-C 全部停止。\n"
        f"{line}\n",
        flush=True,
    )


def _report(found: Figures) -> int:
    print(f"\n{found.devices} devices, {found.samples} samples, {found.quarantined} in quarantine")
    print(f"whole days {found.first} to {found.last}, uppermost meters:")
    for amount in found.amounts:
        sign = "=" if amount.agrees else "IS NOT"
        print(
            f"  {amount.medium:12} {amount.computed:14.1f} {amount.unit} {sign} "
            f"{amount.true:.1f} {amount.unit} of the truth"
        )
    return 0 if all(amount.agrees for amount in found.amounts) else 1
