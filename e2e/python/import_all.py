"""Imports every top-level module of every distribution in a directory, each distribution in a process of its own.

    python3 -S -E import_all.py DIR

Nothing but the standard library and DIR is on the path. Prints a JSON object: names of distributions, and for those
that could not be imported, why.
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


def imported(directory, modules):
    program = (
        "import sys, site, importlib\n"
        "sys.path.insert(0, sys.argv[1]); site.addsitedir(sys.argv[1])\n"
        "for name in sys.argv[2:]: importlib.import_module(name)\n"
    )
    command = [sys.executable, "-I", "-S", "-c", program, directory, *modules]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if ended.returncode == 0 else ended.stderr.strip().splitlines()[-1]


def main():
    directory = sys.argv[1]
    found = list(distributions(path=[directory]))
    packages = {folder for one in found for folder, name in module_files(one) if name == "__init__"}
    wanted = {one.metadata["Name"]: sorted(set(roots(one, packages))) for one in found}
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda modules: imported(directory, modules), wanted.values())
        failed = {name: why for name, why in zip(wanted, answers) if why}
    modules = sum(len(names) for names in wanted.values())
    print(json.dumps({"distributions": len(wanted), "modules": modules, "failed": failed}, indent=1))


main()
