import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fakeJar } from '@block-pack/core/testing';
import { runCommand } from './command-process.ts';

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of a test's own, with a store in it, where the built command runs. */
export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'block-pack-work-'));

  run(...words: readonly string[]): Ran {
    return this.runWith({}, ...words);
  }

  runWith(env: Readonly<Record<string, string>>, ...words: readonly string[]): Ran {
    const usual = {
      PATH: process.env.PATH,
      HOME: this.path('home'),
      BLOCK_PACK_STORE: 'store',
      // As if called by Maven, which is not asked then: what it knows is a matter of the machine.
      MAVEN_CMD_LINE_ARGS: 'package',
    };
    return runCommand({ directory: this.directory, env: { ...usual, ...env }, words });
  }

  /** Runs with `--json` and returns the document. */
  json(...words: readonly string[]): {
    readonly exitCode: number | null;
    readonly document: Record<string, unknown>;
  } {
    const { exitCode, stdout } = this.run(...words, '--json');
    return { exitCode, document: JSON.parse(stdout) };
  }

  path(...names: readonly string[]): string {
    return join(this.directory, ...names);
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
    chmodSync(this.path(path), mode);
  }

  /** A jar as Maven makes it. @param coordinates `group:artifact:version` */
  writeJar(directory: string, coordinates: string, more: Readonly<Record<string, string>> = {}): void {
    const [group, artifact, version] = coordinates.split(':');
    const properties = `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`;
    const files = { [`META-INF/maven/${group}/${artifact}/pom.properties`]: properties, ...more };
    this.write(join(directory, `${artifact}-${version}.jar`), fakeJar(files));
  }

  /** What most tests pack: `asm-9.7.jar`, `greeting-1.0.0.jar`, and `NOTICE.txt`, which no component owns. */
  writeLibraries(directory: string): void {
    this.writeJar(directory, 'org.ow2.asm:asm:9.7', { 'org/objectweb/asm/A.class': 'A' });
    this.writeJar(directory, 'com.example:greeting:1.0.0');
    this.write(join(directory, 'NOTICE.txt'), 'notice');
  }

  /** What most images are made of: the import manifest of `lib`, and the application itself in `dist`. */
  writeApplication(): void {
    this.writeLibraries('lib');
    this.run('java', 'lib', '-o', 'java.import');
    this.write('dist/main.js', 'main');
    this.write('dist/bin/run.sh', '#!/bin/sh\n', 0o755);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  remove(): void {
    chmodSync(this.directory, 0o755);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
