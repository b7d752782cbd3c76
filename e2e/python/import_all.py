"""Imports every top-level module of every distribution in a directory, each distribution in a process of its own.

    python3 -S -E import_all.py DIR

Nothing but the standard library and DIR is on the path. Prints a JSON object: names of distributions, for those
that could not be imported, why, and how many modules Python had to compile.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import distributions
from pathlib import PurePosixPath

SUFFIXES = (".py", *EXTENSION_SUFFIXES)


def module_files(distribution):
    for file in distribution.files or ():
        path = PurePosixPath(file)
        if path.parts[0] in ("bin", "share", "include") or ".dist-info" in path.parts[0] or path.parts[0].endswith(".libs"):
            continue
        suffix = next((one for one in SUFFIXES if path.name.endswith(one)), None)
        if suffix:
            yield path.parent, path.name[: -len(suffix)]


def roots(distribution, packages):
    """Modules that lie in no package, such as google.cloud.storage in the namespace google.cloud."""
    for folder, name in module_files(distribution):
        parents = [folder, *folder.parents]
        if name == "__init__":
            folder, name, parents = folder.parent, folder.name, [*folder.parents]
        if any(parent in packages for parent in parents) or (folder / name).parts[0].startswith("__"):
            continue
        yield ".".join([*folder.parts, name])


PROGRAM = """
import sys, site, importlib
from importlib.machinery import SourceFileLoader
directory, *modules = sys.argv[1:]
compiled = []
source_to_code = SourceFileLoader.source_to_code
def noted(self, data, path, **more):
    compiled.append(path)
    return source_to_code(self, data, path, **more)
SourceFileLoader.source_to_code = noted
sys.path.insert(0, directory); site.addsitedir(directory)
try:
    for name in modules: importlib.import_module(name)
finally:
    print("compiled", sum(str(path).startswith(directory) for path in compiled))
"""


def imported(directory, modules):
    """Why they could not be imported, if so, and how many sources were compiled."""
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, directory, *modules]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    why = None if ended.returncode == 0 else ended.stderr.strip().splitlines()[-1]
    return why, int(ended.stdout.rsplit("compiled", 1)[1])


def main():
    directory = sys.argv[1]
    found = list(distributions(path=[directory]))
    packages = {folder for one in found for folder, name in module_files(one) if name == "__init__"}
    wanted = {one.metadata["Name"]: sorted(set(roots(one, packages))) for one in found}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda modules: imported(directory, modules), wanted.values()))
    failed = {name: why for name, (why, _) in zip(wanted, answers) if why}
    compiled = sum(count for _, count in answers)
    modules = sum(len(names) for names in wanted.values())
    print(json.dumps({"distributions": len(wanted), "modules": modules, "compiled": compiled, "failed": failed}, indent=1))


main()
