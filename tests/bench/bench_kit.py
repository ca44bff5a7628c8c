# SPDX-License-Identifier: GPL-3.0-or-later
# What the parts of the measurements share: programs, peers, tables, a platform.
"""Each part keeps its table as lines of Markdown under BENCH_BUILD/bench-tables; ./dev bench joins them at the end."""

import atexit
import json
import os
import pathlib
import statistics
import subprocess
import sys

BUILD = pathlib.Path(os.environ["BENCH_BUILD"])
KEPT = BUILD / "bench-tables"
QUICK = bool(os.environ.get("BENCH_QUICK"))


def runs(n):
    return max(3, n // 10) if QUICK else n


def program(name, *arguments):
    """A command of this folder's programs."""
    return [str(BUILD / "tests" / "bench" / name), *map(str, arguments)]


def ask(command, **more):
    """One run; its words."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout.split()


class Peer:
    """A program that answers each line it is given with one line."""

    def __init__(self, *command, environment=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args[0]} ended with {self.process.wait()}")
        return answer.split()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Table:
    """Rows of name, median, tail, reference, ratio, goal; printed, and kept for the whole run's table."""

    HEAD = ("", "median", "p95", "p99", "reference", "ratio", "goal", "")

    def __init__(self, title):
        self.title, self.rows = title, []

    def add(self, name, values, unit, reference=None, goal="", met=None, ratio=None):
        """@reference: the other side's values, as many. The ratio is that of the medians unless given."""
        median = statistics.median(values)
        other = statistics.median(reference) if reference else None
        if ratio is None and other:
            ratio = median / other
        self.rows.append(
            (
                name,
                f"{show(median)} {unit}",
                show(quantile(values, 0.95)) if len(values) >= 20 else "",
                show(quantile(values, 0.99)) if len(values) >= 100 else "",
                f"{show(other)} {unit}" if other else "",
                f"{ratio:.2f}" if ratio else "",
                goal,
                "" if met is None else "met" if met else "MISSED",
            )
        )
        return median, ratio

    def show(self):
        print(f"\n{self.title}")
        rows = [self.HEAD, *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.HEAD))]
        for row in rows:
            cells = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
            print("  " + "  ".join(cells).rstrip())
        sys.stdout.flush()
        with open(KEPT / os.environ["BENCH_PART"], "a", encoding="utf-8") as file:
            file.write(f"| **{self.title}** |" + " |" * 7 + "\n")
            file.writelines("| " + " | ".join(cell.strip() for cell in row) + " |\n" for row in self.rows)


def show(number):
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def begin(part):
    """The part's table starts anew; says how busy the machine is before anything of ours runs."""
    os.environ["BENCH_PART"] = part
    KEPT.mkdir(exist_ok=True)
    load, cores = os.getloadavg()[0], os.cpu_count()
    busy = f"{part}: load {load:.1f} on {cores} processors before it began"
    (KEPT / part).write_text(f"| *{busy}* |" + " |" * 7 + "\n", encoding="utf-8")
    print(f"({busy})")


# ---------------------------------------------------------------------------------------------
# a platform

def start_platform(folder):
    platform = str(BUILD / "src/server/wangge-platform")
    data = folder / "platform"
    subprocess.run([platform, "init", "--sample", "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
    service = subprocess.Popen(
        [platform, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--rate", "0"],
        stdout=subprocess.PIPE, text=True,
    )
    atexit.register(service.kill)
    return platform, data, service, "http://" + service.stdout.readline().strip()


def enrol(platform, data, url, worker):
    text = subprocess.run(
        [platform, "enrol", worker, "--data", str(data), "--url", url, "--json"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    return json.loads(text)["code"]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
