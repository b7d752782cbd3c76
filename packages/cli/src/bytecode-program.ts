/**
 * What the interpreter runs: it says who it is, then compiles one source after the other until its input ends.
 *
 * Every answer is a length (4 bytes, big-endian) and as many bytes: first the cache tag, a line feed and the version, then one `.pyc` for each
 * request, empty for a source that it does not understand. A request is the length of the path, that of the source, the path and the source.
 *
 * Two traps make the same source come out as other bytes, depending on what the process has done before: marshal writes whether an object is used
 * elsewhere, too (names are shared by all code of a process, and from 3.12 on never forgotten), and whether a letter has ever been a name. So all
 * letters are made names beforehand, and what is written is compiled while the same code is there already, whose names are the same.
 * @see https://peps.python.org/pep-0552/ and https://github.com/python/cpython/issues/78274
 */
export const bytecodeProgram = `
import sys

# Nothing is imported from the working directory.
sys.path[:] = [one for one in sys.path if one]

import marshal
from importlib.util import MAGIC_NUMBER, source_hash

requests, answers = sys.stdin.buffer, sys.stdout.buffer
unchecked_hash = (1).to_bytes(4, "little")
letters = [sys.intern(chr(one)) for one in range(256)]


def answer(content):
    answers.write(len(content).to_bytes(4, "big") + content)
    answers.flush()


def code_of(source, path):
    return compile(source, path, "exec", dont_inherit=True, optimize=0)


def bytecode(source, path):
    there_already = code_of(source, path)
    code = code_of(source, path)
    return MAGIC_NUMBER + unchecked_hash + source_hash(source) + marshal.dumps(code)


answer(((sys.implementation.cache_tag or "") + "\\n" + sys.version).encode())
while True:
    head = requests.read(8)
    if len(head) < 8:
        break
    path = requests.read(int.from_bytes(head[:4], "big")).decode("utf-8", "surrogateescape")
    source = requests.read(int.from_bytes(head[4:], "big"))
    try:
        answer(bytecode(source, path))
    except Exception:
        answer(b"")
`;
