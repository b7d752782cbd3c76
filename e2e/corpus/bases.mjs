/**
 * Makes base images without a network: a runtime of this machine, the libraries that it is linked with, and a shell.
 *
 *     node e2e/corpus/bases.mjs
 *
 * Fills `.cache/corpus/bases/{java,node,python}/oci` with image layouts, tag `base`. Doing it twice changes nothing. Needs umoci, a static
 * busybox, a JDK with jlink, and Python.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { corpus, fail, makeOnce, run } from './commands.mjs';

const bases = {
  java(rootfs) {
    const modules = 'java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs';
    const home = join(rootfs, 'opt/java');
    const lean = ['--strip-java-debug-attributes', '--no-header-files', '--no-man-pages'];
    run('linking a JRE', 'jlink', '--add-modules', modules, ...lean, '--output', home);
    run('sharing its classes', join(home, 'bin/java'), '-Xshare:dump');
    copyLibraries(rootfs, programsBelow(home));
  },
  node(rootfs) {
    copyProgram(rootfs, process.execPath, '/usr/local/bin/node');
  },
  python(rootfs) {
    const script =
      'import os, sys, sysconfig; print(os.path.realpath(sys.executable), sysconfig.get_path("stdlib"))';
    const [program, library] = output('python3', '-c', script).trim().split(' ');
    copyProgram(rootfs, program, program);
    symlinkSync(program, join(rootfs, 'usr/bin/python3'));
    const needless = new Set([
      'site-packages',
      'dist-packages',
      '__pycache__',
      'test',
      'ensurepip',
      'idlelib',
    ]);
    const filter = (path) => !needless.has(basename(path)) && !basename(path).startsWith('config-3');
    cpSync(library, join(rootfs, library), { recursive: true, dereference: true, filter });
    copyLibraries(rootfs, programsBelow(join(rootfs, library)));
  },
};

for (const [name, fill] of Object.entries(bases)) {
  makeOnce(join(corpus, 'bases', name), [import.meta.filename], (folder) => {
    const rootfs = join(folder, 'rootfs');
    makeSkeleton(rootfs);
    fill(rootfs);
    const image = `${join(folder, 'oci')}:base`;
    run('umoci init', 'umoci', 'init', '--layout', join(folder, 'oci'));
    run('umoci new', 'umoci', 'new', '--image', image);
    run('umoci insert', 'umoci', 'insert', '--image', image, rootfs, '/');
    run(
      'umoci config',
      'umoci',
      'config',
      '--image',
      image,
      '--config.env',
      'PATH=/usr/local/bin:/usr/bin:/bin:/opt/java/bin',
    );
    rmSync(rootfs, { recursive: true });
  });
}

/** As distributions have it today: /bin, /lib and others are links into /usr. */
function makeSkeleton(rootfs) {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(rootfs, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(rootfs, name));
  }
  mkdirSync(join(rootfs, 'etc'));
  writeFileSync(join(rootfs, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
  mkdirSync(join(rootfs, 'tmp'));
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (busybox === undefined) fail('a base image needs busybox (busybox-static)');
  copyFileSync(realpathSync(busybox), join(rootfs, 'bin/busybox'));
  for (const name of ['sh', 'find', 'sha256sum', 'ls']) symlinkSync('busybox', join(rootfs, 'bin', name));
}

function copyProgram(rootfs, program, path) {
  mkdirSync(join(rootfs, dirname(path)), { recursive: true });
  copyFileSync(program, join(rootfs, path));
  chmodSync(join(rootfs, path), 0o755);
  copyLibraries(rootfs, [program]);
}

/**
 * The shared libraries that the programs are linked with, each to the path where it lies here; and what extensions of every language are linked with, as
 * distributions have it: all parts of the C library, and the runtime of C++, which Node needs itself.
 */
function copyLibraries(rootfs, programs) {
  const [, libc] = /=>\s*(\/\S+\/libc\.so\.6)/.exec(output('ldd', process.execPath)) ?? [];
  const names = ['resolv.so.2', 'rt.so.1', 'dl.so.2', 'util.so.1'];
  const found = new Set(names.map((name) => libc.replace('c.so.6', name)));
  for (const program of [process.execPath, ...programs])
    for (const [, path] of output('ldd', program).matchAll(/(?:=>\s*|^\s*)(\/\S+) \(0x/gm)) found.add(path);
  for (const path of found) {
    const target = join(rootfs, path);
    if (path.startsWith(rootfs) || existsSync(target) || !existsSync(path)) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(path), target);
    chmodSync(target, 0o755);
  }
}

function programsBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF');
}

/** What a program says; that it fails is no matter: ldd does for what is linked with nothing. */
function output(command, ...args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';
}
