"""What it costs to judge a large file in parts: time and memory, for made-up records.

Run with ``python benchmarks/bulk.py NUMBER…``; it prints a table in Markdown.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import made_up_records

from partnergraph import load
from partnergraph.access import Access
from partnergraph.bulk import Asked, judge
from partnergraph.directory import StoreDirectory
from partnergraph.settings import Settings


def measure(number: int) -> dict[str, float]:
    """Judge a file of some records, in this process and its children."""
    with tempfile.TemporaryDirectory() as folder:
        directory = StoreDirectory(Path(folder) / "store")
        # In a process of its own, which the memory of this one does not count.
        subprocess.run([sys.executable, __file__, "--fill", str(directory.path)], check=True)
        filled = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        file = Path(folder) / "records.nt"
        made_up_records.write(file, number)
        access = Access(directory, Settings())
        stages: dict[str, float] = {}
        written = 0

        def put(content: bytes) -> None:
            nonlocal written
            written += len(content)

        begun = time.perf_counter()

        def progress(stage: str, done: int, total: int) -> None:
            stages[stage] = time.perf_counter() - begun

        judge(access, [(file, "ntriples")], Asked(form="json"), put, progress)
        seconds = time.perf_counter() - begun
        access.close()
        return {
            "records": number,
            "bytes": file.stat().st_size,
            "report_bytes": written,
            "reading_seconds": stages["reading"],
            "seconds": seconds,
            "parent_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "processor_seconds": sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - filled,
            "children_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        }


def fill(path: Path) -> None:
    """Make a store of ours."""
    directory = StoreDirectory(path)
    with directory.writing("the benchmark"):
        load.ensure(directory)


def main() -> None:
    """Measure each number of records in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--json", type=int)
    parser.add_argument("--fill", type=Path)
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.fill)
    elif asked.json:
        print(json.dumps(measure(asked.json)))
    else:
        print("| records | file | reading | all | a record | processors | parent | a child |")
        print("|---|---|---|---|---|---|---|---|")
        for number in asked.numbers:
            ended = subprocess.run(
                [sys.executable, __file__, "--json", str(number)],
                check=True,
                stdout=subprocess.PIPE,
            )
            m = json.loads(ended.stdout)
            print(
                f"| {number:,} | {m['bytes'] / 1e6:,.0f} MB | {m['reading_seconds']:,.1f} s "
                f"| {m['seconds']:,.1f} s | {m['seconds'] / number * 1000:,.1f} ms "
                f"| {m['processor_seconds']:,.1f} s "
                f"| {m['parent_mib']:,.0f} MiB | {m['children_mib']:,.0f} MiB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
