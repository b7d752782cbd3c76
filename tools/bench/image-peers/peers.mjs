import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptied } from '../corpus.mjs';
import { root, shellRun } from '../process-run.mjs';

/**
 * The tools on this machine that make an image of the directory, each as `{ name, compresses, build, clean }`, ready to run: `compresses` says whether the
 * layer that it leaves is compressed. Docker gets a private daemon, Podman private storage; `stop` ends and removes both.
 */
export async function buildPeers(lib) {
  const folder = emptied('image-peers');
  const context = join(lib, '..');
  mkdirSync(folder, { recursive: true });
  const recipe = join(folder, 'Dockerfile');
  writeFileSync(recipe, `FROM scratch\nCOPY ${lib.slice(context.length + 1)} /app/lib\n`);
  writeFileSync(join(context, '.dockerignore'), `*\n!${lib.slice(context.length + 1)}\n`);
  const docker = await startDocker(folder);
  const podman = startPodman(folder);
  const list = [
    ...(docker === undefined ? [] : [dockerBuild(docker, recipe, context)]),
    ...(podman === undefined ? [] : podmanBuilds(podman, recipe, context, folder)),
    ...(has('mvn') ? [jibBuild(lib, folder)] : []),
  ];
  if (list.length === 0)
    throw new Error('none of docker, podman and mvn is installed: there is nobody to compare with');
  return {
    list,
    stop() {
      docker?.stop();
      podman?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function dockerBuild({ command }, recipe, context) {
  return {
    name: 'docker build',
    compresses: false,
    // BuildKit needs a plug-in that Debian's docker.io lacks.
    build: () => shellRun(`DOCKER_BUILDKIT=0 ${command} build -q -t peer -f ${recipe} ${context}`),
    clean: () => shellRun(`${command} system prune -af`),
  };
}

function podmanBuilds({ command, clean }, recipe, context, folder) {
  const build = `${command} build -q -t peer -f ${recipe} ${context}`;
  const output = join(folder, 'podman-output');
  return [
    { name: 'podman build', compresses: false, build: () => shellRun(build), clean },
    {
      name: 'podman build and push',
      compresses: true,
      build: () => shellRun(`${build} && rm -rf ${output} && ${command} push -q peer oci:${output}:v1`),
      clean,
    },
  ];
}

function jibBuild(lib, folder) {
  // Jib wants to see that something was compiled.
  mkdirSync(join(folder, 'maven/classes'), { recursive: true });
  const pom = join(root, 'tools/bench/image-peers/jib.xml');
  const call = `mvn -B -q -o -f ${pom} jib:buildTar -Dlib=${lib} -Dout=${join(folder, 'jib.tar')} -Djib.applicationCache=${join(folder, 'jib')} -DworkDirectory=${join(folder, 'maven')}`;
  shellRun(call.replace(' -o ', ' '));
  return {
    name: 'Jib',
    compresses: true,
    build: () => shellRun(call),
    clean: () => rmSync(join(folder, 'jib'), { recursive: true, force: true }),
  };
}

async function startDocker(folder) {
  if (!has('dockerd') || !has('docker')) return undefined;
  const at = (name) => join(folder, name);
  const daemon = spawn(
    'dockerd',
    [
      '--data-root',
      at('docker'),
      '--exec-root',
      at('docker-run'),
      '--pidfile',
      at('docker.pid'),
      '-H',
      `unix://${at('docker.sock')}`,
      '--bridge=none',
      '--iptables=false',
    ],
    { stdio: 'ignore' },
  );
  const command = `docker -H unix://${at('docker.sock')}`;
  for (let waited = 0; spawnSync('sh', ['-c', `${command} version`]).status !== 0; waited++) {
    if (waited > 100) throw new Error('the docker daemon does not answer');
    await sleep(200);
  }
  return {
    command,
    stop() {
      daemon.kill();
      // Its mounts must be gone before its folder can be removed.
      while (existsSync(at('docker.pid'))) spawnSync('sleep', ['0.1']);
    },
  };
}

function startPodman(folder) {
  if (!has('podman')) return undefined;
  const storage = join(folder, 'podman');
  const command = `podman --root ${storage} --runroot ${storage}-run`;
  const clean = () => shellRun(`${command} system prune -af`);
  return { command, clean, stop: () => void spawnSync('sh', ['-c', `${command} system reset -f`]) };
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
