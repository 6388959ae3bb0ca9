"""What a whole run, all findings and a command cost, in processor time, as ratios measured side by side in one run.

    python -m tests.benchmarks.whole [--data data/raw] [--draws 2000]

A run stands beside the same notebooks run one after another by plain papermill, each in a kernel that knows nothing; the
findings beside one simulation; commands beside the import of pandas. Seconds are shown for who knows the machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import fvmanalys as fvm
from fvmanalys.analysis.findings import PUBLISHED
from fvmanalys.analysis.switching import switching_values
from fvmanalys.evidence.write import raw_texts
from fvmanalys.model.draws import draw_block
from fvmanalys.run.home import ONE_THREAD
from fvmanalys.run.suite import expand, read_suite, suite_at_hand

PLAIN = """
import sys, papermill
papermill.execute_notebook(sys.argv[1], None, parameters=eval(sys.argv[2]), cwd=sys.argv[3], progress_bar=False)
"""
LEADING = 5  # switching values that a session turns first
SHARE = 0.02  # of the time of all findings, from which a part is shown


def spent():
    """The processor time of this process and of those that it has waited for."""
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system


def cost(call):
    """The processor time that a call takes, its processes included."""
    before = spent()
    call()
    return spent() - before


def command(*words):
    """The least processor time of a command, of five."""
    return min(cost(lambda: subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)) for _ in range(5))


def plain_papermill(data, draws):
    """All notebooks of the suite, one after another."""
    common = {"data": str(Path(data).absolute()), "draws": draws, "seed": 1, "lang": "sv"}
    for job in expand(read_suite(suite_at_hand()), fvm.load(data), common):
        words = [sys.executable, "-c", PLAIN, str(job.notebook), repr(dict(job.parameters)), str(job.notebook.parent)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **ONE_THREAD})


def whole_runs(data, draws):
    """The processor time of a run as it is published, once more when nothing has changed, and with one assumption changed."""
    inputs = fvm.load(data)
    estimate = next(one for one in inputs.estimates["id"] if one.startswith("contracts/"))
    with tempfile.TemporaryDirectory() as out, tempfile.TemporaryDirectory() as changed:
        for name, text in raw_texts(inputs.with_estimate(estimate, times=1.01)).items():
            Path(changed, name).write_text(text, "utf-8")
        words = [sys.executable, "-m", "fvmanalys.cli", "run", "--quiet", "--draws", str(draws), "--out", out, "--data"]
        return [cost(lambda data=data: subprocess.run([*words, data], check=True)) for data in (data, data, changed)]


def findings_by_part(inputs, draws=20_000):
    """The processor time of one simulation, of all findings, and of each part that takes a while."""
    draw_block.cache_clear()
    simulated = cost(lambda: fvm.simulate(inputs, draws))
    draw_block.cache_clear()
    found = []
    parts = {"find": cost(lambda: found.append(fvm.find(inputs, draws)))}
    parts |= {name: cost(lambda make=make: make(found[0])) for name, make in PUBLISHED.items()}
    return simulated, sum(parts.values()), parts


def turned(inputs, draws=8192):
    """One assumption turned in a session that has found already: the comparison again, and the switching values again,
    of what leads and of all."""
    estimate = next(one for one in inputs.estimates["id"] if one.startswith("contracts/"))
    found = fvm.find(inputs, draws)
    leading = found.turning["id"].head(LEADING)
    again = []
    compared = cost(lambda: again.append(fvm.compare(fvm.simulate(inputs.with_estimate(estimate, times=1.1), draws))))
    return compared, cost(lambda: switching_values(again[0], set(leading))), cost(lambda: switching_values(again[0]))


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data/raw")
    parser.add_argument("--draws", type=int, default=2000)
    asked = parser.parse_args()
    inputs, pandas = fvm.load(asked.data), command("-c", "import pandas")
    for words in (("--help",), ("check", "--data", asked.data)):
        print(f"{words[0]:<60}{command('-m', 'fvmanalys.cli', *words) / pandas:8.2f} times the import of pandas", flush=True)
    simulated, everything, parts = findings_by_part(inputs)
    print(f"{'all findings, 20,000 draws':<60}{everything / simulated:8.1f} times one simulation ({everything:.1f} s)", flush=True)
    for name, took in sorted(parts.items(), key=lambda pair: -pair[1]):
        if took > SHARE * everything:
            print(f"  {name:<58}{took / simulated:8.1f}")
    compared, leading, switched = turned(inputs)
    print(f"{'one assumption turned, 8,192 draws: the comparison again':<60}{compared / simulated:8.2f} ({compared:.2f} s)")
    print(f"{'  and the switching values that lead':<60}{leading / simulated:8.2f} ({leading:.2f} s)")
    print(f"{'  and all switching values again':<60}{switched / simulated:8.2f} ({switched:.2f} s)", flush=True)
    fresh, unchanged, changed = whole_runs(asked.data, asked.draws)
    bare = cost(lambda: plain_papermill(asked.data, asked.draws))
    for what, took in ((f"a run, {asked.draws:,} draws", fresh), ("  once more, nothing changed", unchanged), ("  one assumption changed", changed)):
        print(f"{what:<60}{took / bare:8.3f} times its notebooks by plain papermill ({took:.1f} s)")


if __name__ == "__main__":
    os.environ.update(ONE_THREAD)
    main()
